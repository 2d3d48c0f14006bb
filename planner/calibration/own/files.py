"""The files of a calibration, each known by its content: measured runs, and start-up logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.calibration.own.logs import LOG, log_in, logged_run, stated_by
from planner.calibration.own.store import runs_in
from planner.errors import InputError
from planner.measurements.read import read_measurements
from planner.measurements.run import MeasuredRun

MOST_RUNS = 2000


@dataclass(frozen=True)
class ReadFiles:
    """runs: with the name of their file; logs: with the row that is read from each; told: what the logs state of the
    runs beside them."""

    runs: list[tuple[str, MeasuredRun]]
    logs: list[tuple[str, MeasuredRun]]
    told: dict[str, str]


def read_files(files: Sequence[Path]) -> ReadFiles:
    """The runs and the start-up logs of the files."""
    found = ReadFiles([], [], {})
    for path in files:
        try:
            read = _runs(path)
        except InputError:
            log = log_in(path)
            if log is None:
                raise
            found.logs.append((path.name, logged_run(log)))
            found.told.update(stated_by(log))
            continue
        for file, run in read:
            (found.logs if run.format == LOG else found.runs).append((file, run))
    if len(found.runs) + len(found.logs) > MOST_RUNS:
        raise InputError(f"more than {MOST_RUNS:,} runs at once")
    return found


def _runs(path: Path) -> list[tuple[str, MeasuredRun]]:
    """The runs of a file of measurements, or of an exported calibration."""
    if path.suffix == ".json":
        try:
            return runs_in(path)
        except InputError:
            pass  # a file of measurements, whose reader says what is wrong with it
    return [(path.name, run) for run in read_measurements(path)]
