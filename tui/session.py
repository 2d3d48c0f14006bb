"""What the app remembers: the form's texts with their history, the opened file, the pinned candidates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.fields import EXAMPLE, data_of, rest_of, texts_of

if TYPE_CHECKING:
    from planner.plan.candidate import Details
    from planner.request.request import Request

HISTORY = 500
PINS = 4


class Session:
    """One workload under edit."""

    def __init__(self, data: Mapping[str, Any] | None = None, path: Path | None = None) -> None:
        self.path = path
        self.base: dict[str, Any] = rest_of(data) if data else {}
        self.texts: dict[str, str] = texts_of(data) if data else dict(EXAMPLE)
        self.pins: list[Details] = []
        self._past: list[dict[str, str]] = []
        self._future: list[dict[str, str]] = []

    def change(self, texts: Mapping[str, str]) -> bool:
        """Take new texts; whether they differ from the present ones."""
        if dict(texts) == self.texts:
            return False
        self._past = [*self._past[-HISTORY + 1 :], self.texts]
        self._future, self.texts = [], dict(texts)
        return True

    def undo(self) -> bool:
        if not self._past:
            return False
        self._future.append(self.texts)
        self.texts = self._past.pop()
        return True

    def redo(self) -> bool:
        if not self._future:
            return False
        self._past.append(self.texts)
        self.texts = self._future.pop()
        return True

    def data(self) -> dict[str, Any]:
        return data_of(self.texts, self.base)

    def request(self) -> Request:
        """The request as typed; raises InputError."""
        from planner.request.reading import parse_request

        return parse_request({key: value for key, value in self.data().items() if key != "tco"})

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

        data = read_toml(path)
        if "workloads" in data:
            raise InputError(f"{path}: several workloads are planned by `gpuplan plan --workload`")
        parse_request({key: value for key, value in data.items() if key != "tco"}, where=f"{path}: ")
        before = self.texts
        self.base, self.texts, self.path = rest_of(data), texts_of(data), path
        self._past, self._future = [*self._past, before], []

    def save(self, path: Path) -> None:
        """Write the workload; the file is the old or the new one at every moment. Raises InputError."""
        import tomli_w

        from models_db.files import replacing
        from planner.errors import InputError

        self.request()
        try:
            with replacing(path) as out:
                out.write(tomli_w.dumps(self.data()))
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({type(error).__name__})") from error
        self.path = path
