"""What the app remembers: the form's texts with their history, the opened file, the pinned candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.fields import EXAMPLE, data_of, rest_of, texts_of
from tui.root import Root

if TYPE_CHECKING:
    from planner.plan.candidate import Details
    from planner.request.request import Request

HISTORY = 500
PINS = 4


@dataclass(frozen=True, slots=True)
class Edit:
    """A workload as it stood: the form's texts, what its file holds beside them, and that file."""

    texts: dict[str, str]
    base: dict[str, Any]
    path: Path | None


class Session:
    """One workload under edit."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, path: Path | None = None, root: Root | None = None
    ) -> None:
        self.root = root or Root()
        self._now = Edit(texts_of(data) if data else dict(EXAMPLE), rest_of(data) if data else {}, path)
        self.pins: list[Details] = []
        self._past: list[Edit] = []
        self._future: list[Edit] = []

    @property
    def texts(self) -> dict[str, str]:
        return self._now.texts

    @property
    def base(self) -> dict[str, Any]:
        return self._now.base

    @property
    def path(self) -> Path | None:
        return self._now.path

    def change(self, texts: Mapping[str, str]) -> bool:
        """Take new texts; whether they differ from the present ones."""
        if dict(texts) == self.texts:
            return False
        self._to(replace(self._now, texts=dict(texts)))
        return True

    def _to(self, state: Edit) -> None:
        self._past = [*self._past[-HISTORY + 1 :], self._now]
        self._future, self._now = [], state

    def undo(self) -> bool:
        if not self._past:
            return False
        self._future.append(self._now)
        self._now = self._past.pop()
        return True

    def redo(self) -> bool:
        if not self._future:
            return False
        self._past.append(self._now)
        self._now = self._future.pop()
        return True

    def data(self) -> dict[str, Any]:
        return data_of(self.texts, self.base)

    def request(self) -> Request:
        """The request as typed; raises InputError."""
        from planner.request.reading import parse_request

        data = self.data()
        self.root.check(data)
        return parse_request(data)

    def pin(self, found: Details) -> bool:
        """Keep a candidate for comparison; whether there was room."""
        if len(self.pins) >= PINS:
            return False
        self.pins.append(found)
        return True

    def open(self, path: Path) -> None:
        """Take a workload file; raises InputError and changes nothing where it is none."""
        from planner.errors import InputError
        from planner.request.reading import parse_request, read_toml

        data = read_toml(self.root.read(path))
        self.root.check(data)
        if "workloads" in data:
            raise InputError(f"{path}: several workloads are planned by `gpuplan plan --workload`")
        parse_request(data, where=f"{path}: ")
        self._to(Edit(texts_of(data), rest_of(data), path))

    def save(self, path: Path) -> None:
        """Write the workload; the file is the old or the new one at every moment. Raises PlannerError."""
        import tomli_w

        from planner.writing import replacing

        self.request()
        with replacing(self.root.write(path)) as out:
            out.write(tomli_w.dumps(self.data()))
        self._saved_as(path)

    def _saved_as(self, path: Path) -> None:
        """The file of this workload, in its earlier and later states, too."""
        base = self.base
        self._now = replace(self._now, path=path)
        for states in (self._past, self._future):
            states[:] = [replace(s, path=path) if s.base is base else s for s in states]
