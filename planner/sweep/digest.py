"""What the rows of a sweep depend on, but for the day, as one text: a journal of other records is another sweep's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from pathlib import Path

from hardware_db.catalog import DATA as HARDWARE
from models_db.catalog import DATA as MODELS
from planner.errors import InputError
from planner.files import opened
from planner.sweep.grid import Scenario, name_of
from planner.sweep.run import SweepWork
from planner.version import __version__

BLOCK = 2**20
ENDINGS = (".toml", ".csv", ".json")
# Folders of a user's catalog that answers are made from; files of calibrations are in the coefficients, too.
FOLDERS = ("accelerators", "calibrations", "models", "prices", "topologies", "updates")


def digest(work: SweepWork, scenarios: Sequence[Scenario]) -> str:
    """Of version, coefficients, records of the package and of the user, base and scenarios. Raises InputError."""
    whole = hashlib.sha256(f"{__version__} {work.simulate} {name_of(work.base)}".encode())
    whole.update(told(work.coefficients).encode())
    for path in _files(work):
        whole.update(f"\n{path.parent.name}/{path.name} {_of_file(path)}".encode("utf-8", "surrogateescape"))
    for scenario in scenarios:
        whole.update(name_of(scenario).encode() + b"\n")
    return whole.hexdigest()


def told(value: object) -> str:
    """A record as text that is the same in every process: `repr` gives the items of a set in the order of their
    hashes.

    >>> told({"b": frozenset({"y", "x"}), "a": (1, 2.0)})
    "{'b': {'x', 'y'}, 'a': (1, 2.0)}"
    """
    if isinstance(value, Set):
        return f"{{{', '.join(sorted(map(told, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{told(key)}: {told(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(told, value))})"
    if is_dataclass(value):
        return f"{type(value).__name__}({', '.join(f'{f.name}={told(getattr(value, f.name))}' for f in fields(value))})"
    return repr(value)


def _files(work: SweepWork) -> Iterator[Path]:
    folders = [folder for data in (HARDWARE, MODELS) for folder in (data, *data.iterdir())]
    for overlay in dict.fromkeys((work.catalogs.models.overlay, work.catalogs.hardware.overlay)):
        folders += [overlay / name for name in FOLDERS] if overlay is not None else []
    for folder in sorted(folders):
        yield from sorted(path for path in folder.glob("*.*") if path.suffix in ENDINGS)


def _of_file(path: Path) -> str:
    """Digest of a regular file; what is none holds no records, and its name counts alone."""
    found = hashlib.sha256()
    try:
        with opened(path) as handle:
            while block := handle.read(BLOCK):
                found.update(block)
    except InputError:
        return ""
    return found.hexdigest()
