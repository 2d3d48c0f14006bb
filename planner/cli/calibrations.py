"""`gpuplan calibrate --list`, `--show`, `--undo` and `--export`: what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.cli.common import show
from planner.errors import InputError, unknown

COLUMNS = ("id", "made", "gpu", "engine", "of", "points", "last_run", "more_gib", "files")


def list_all(folder: Path, fmt: str) -> int:
    """A row for each configuration that was measured, and each model family of logs, of each calibration, oldest first;
    more_gib: of memory, by logs."""
    from planner.calibration.own.store import read, stored
    from planner.report.table import Table

    rows: list[list[Any]] = []
    for path in stored(folder):
        record = read(path)
        files = ", ".join(dict.fromkeys(row.file for row in record.rows))
        runs = {
            (run.gpu, run.engine, f"{run.model} in {run.weights}, {run.split}"): (run.points, run.day)
            for run in record.runs
        }
        more = {(gpu, engine, family): gib for gpu, engine, family, gib in record.memory}
        rows += [
            [path.stem, record.made, *place, *runs.get(place, (0, "")), more.get(place), files]
            for place in dict.fromkeys((*runs, *more))
        ]
    data = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    show(fmt, data, lambda: [Table(f"Calibrations in {folder}", COLUMNS, rows, [] if rows else ["none is stored"])])
    return 0


def show_one(folder: Path, name: str, fmt: str) -> int:
    """One calibration as it was found."""
    from pydantic import ValidationError

    from planner.calibration.own.answer import CalibrationAnswer
    from planner.calibration.own.store import read, stored
    from planner.report.calibration import calibration_tables

    known = {path.stem: path for path in stored(folder)}
    if name not in known:
        raise InputError(f"--show: {unknown(name, known) if known else 'no calibration is stored'}")
    try:
        answer = CalibrationAnswer.model_validate({**read(known[name]).answer, "stored": name})
    except ValidationError as error:
        raise InputError(f"{known[name]}: is no calibration of this release") from error
    show(fmt, answer, lambda: calibration_tables(answer))
    return 0


def undo_last(folder: Path, fmt: str) -> int:
    from planner.calibration.own.store import undo
    from planner.report.table import Table

    name = undo(folder)
    show(fmt, {"undone": name}, lambda: [Table("Calibration", ("undone",), [[name]])])
    return 0


def export_all(folder: Path, target: Path | None, fmt: str) -> int:
    """All stored runs as one file, which `calibrate` reads."""
    from planner.calibration.own.store import export
    from planner.report.table import Table

    assert target is not None
    runs = export(folder, target)
    data = {"exported": str(target), "runs": runs}
    show(fmt, data, lambda: [Table("Calibrations", ("exported", "runs"), [[str(target), runs]])])
    return 0
