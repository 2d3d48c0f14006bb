"""The kinds of measured files that `validate` reads, each with what predicts and what judges its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence import gguf, llamacpp, memory, points, serving
from planner.evidence.box import judged_files, judged_logs
from planner.evidence.judge import point_errors, speed_errors
from planner.evidence.table import Errors, Predicted, Row, predicted, read_rows
from planner.measurements.read import read_measurements
from planner.physics.coefficients import Coefficients
from planner.progress import Progress, each


@dataclass(frozen=True)
class Kind:
    """One kind of file: its option, what it holds, the columns that it needs and those that predictions add."""

    option: str
    holds: str
    needed: Sequence[str]
    columns: Sequence[str]
    predict: Callable[[Iterable[Row], Catalogs, Coefficients], Iterable[Row]]
    judge: Callable[[Predicted, bool], list[Errors]]

    def predicted(
        self, source: Path, catalogs: Catalogs, coefficients: Coefficients, progress: Progress | None = None
    ) -> Predicted:
        """The rows of a file, predicted; progress: of rows."""
        return predicted(
            source, self.needed, self.columns,
            lambda rows: self.predict(each(rows, progress), catalogs, coefficients),
        )  # fmt: skip


KINDS = (
    Kind("points", "serving points", points.NEEDED, serving.COLUMNS, serving.predict_rows,
         lambda found, unstated: point_errors(found)),
    Kind("llamacpp", "llama.cpp speeds", llamacpp.NEEDED, llamacpp.COLUMNS, llamacpp.predict_rows,
         lambda found, unstated: speed_errors(found)),
    Kind("memory", "start-up logs", memory.NEEDED, memory.COLUMNS,
         lambda rows, catalogs, coefficients: (memory.predict_row(row, catalogs, coefficients) for row in rows),
         lambda found, unstated: judged_logs(list(found.pairs), unstated=unstated)),
    Kind("gguf", "llama.cpp files", gguf.NEEDED, gguf.COLUMNS,
         lambda rows, catalogs, _: (gguf.predict_row(row, catalogs) for row in rows),
         lambda found, unstated: judged_files(list(found.pairs), unstated=unstated)),
)  # fmt: skip


def kind_of(source: Path, option: str) -> Kind:
    """What a file holds by its columns: what `option` says, else the first kind that has all it needs.

    Raises InputError, one line, for a file that cannot be read or lacks a column of every kind.
    """
    asked = next(kind for kind in KINDS if kind.option == option)
    header, _ = read_rows(source, ())
    for kind in (asked, *KINDS):
        if set(kind.needed) <= set(header):
            return kind
    missing = ", ".join(repr(name) for name in asked.needed if name not in header)
    needed = f"--{option} needs {', '.join(asked.needed)}"
    raise InputError(f"{source}: no column {missing} ({needed}){_elsewhere(source)}")


def _elsewhere(source: Path) -> str:
    """That another command reads a file, where it is of a format of measurements."""
    try:
        found = read_measurements(source)
    except InputError:
        return ""
    return f"; it is of {found[0].format}: gpuplan calibrate reads it"
