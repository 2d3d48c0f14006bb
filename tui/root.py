"""The folder that an interface may read from and write to: a browser's, or any that was started with `--root`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.frozen import dataclass

# Entries of a folder that are looked at.
MOST_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Root:
    """Checks paths that are typed or come from a file; without a folder everything is allowed."""

    folder: Path | None = None

    def read(self, path: Path) -> Path:
        """The path, where links resolved it lies in the folder; InputError elsewhere."""
        if self.folder is not None and not inside(path, self.folder):
            raise InputError(f"{path}: outside of {self.folder}, the folder that this interface was started with")
        return path

    def listed(self, text: str) -> list[str]:
        """Files and folders that a half-typed path may go on to, folders first; none where it cannot be looked at."""
        folder, _, begun = text.rpartition("/")
        lead = f"{folder}/" if folder or text.startswith("/") else ""
        place = Path(lead or ".").expanduser() if not lead.startswith("~") or lead.startswith("~/") else None
        if place is None or (self.folder is not None and not inside(place, self.folder)):
            return []
        try:
            with os.scandir(place) as entries:
                seen = [(not os.path.isdir(e), e.name) for e in islice(entries, MOST_LISTED)]
        except (OSError, ValueError):
            return []
        # Hidden ones are asked for by their dot.
        wanted = [e for e in sorted(seen) if e[1].startswith(begun) and e[1].startswith(".") <= begun.startswith(".")]
        return [f"{lead}{name}{'' if is_file else '/'}" for is_file, name in wanted]

    def write(self, path: Path) -> Path:
        """As `read`; in a folder of its own an interface writes workload files only, and no hidden ones.

        A file such as `numpy.py` or `.profile` would be run by the next program that starts there.
        """
        self.read(path)
        if self.folder is None:
            return path
        target = Path(os.path.realpath(path))
        if target.suffix.lower() != ".toml":
            raise InputError(f"{path}: a workload is saved as a .toml file here")
        if any(part.startswith(".") for part in target.relative_to(os.path.realpath(self.folder)).parts):
            raise InputError(f"{path}: hidden files and folders are not written here")
        return path

    def check(self, data: Any) -> None:
        """Every text of a decoded workload, keys included, as a path: models and drafters may be files.

        What is no path at all lies in the folder, as its file would.
        """
        if self.folder is None:
            return
        if isinstance(data, str):
            self.read(Path(data))
        elif isinstance(data, Mapping):
            for key, value in data.items():
                self.check(key)
                self.check(value)
        elif isinstance(data, list | tuple):
            for value in data:
                self.check(value)


def inside(path: str | Path, folder: Path) -> bool:
    """Whether a path lies in a folder, links resolved; False for what cannot be a path.

    A relative path counts from the working directory.
    """
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):
        return False
