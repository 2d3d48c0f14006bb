"""Calibrations in the user's catalog: a file each under `calibrations/`, numbered; the newest on a place counts.

A file holds the rows that it was made from and what was found, so that what a newer release fits is calibrated anew
from the rows. Files are written in one step, and taken back by deleting the newest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from planner.calibration.own.record import VERSION, StoredCalibration, StoredRows, validated
from planner.errors import InputError, OutputError
from planner.measurements.run import MeasuredRun
from planner.physics.coefficients import DATA, FACTORS
from planner.physics.factor_keys import PRIORS
from planner.physics.own import OwnFactors
from planner.writing import TakenError, creating, replacing, sweep_parts

FOLDER = "calibrations"
# The largest number that a name has room for.
NAME, LAST = re.compile(r"\d{4,9}\.json"), 999_999_999


@cache
def digest() -> str:
    """Of the fitted coefficients of this release, which own factors stand on."""
    whole = hashlib.sha256()
    for path in (FACTORS, DATA, PRIORS):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def stored(overlay: Path) -> list[Path]:
    """The files of calibrations, oldest first."""
    folder = overlay / FOLDER
    try:
        names = [path for path in folder.iterdir() if NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(names, key=lambda path: int(path.stem))


def read(path: Path) -> StoredCalibration:
    """One calibration; raises InputError, one line, that names the file."""
    return validated(path, StoredCalibration)


def runs_in(path: Path) -> list[tuple[str, MeasuredRun]]:
    """The files and runs of a stored calibration, or of what `export` wrote; raises InputError."""
    return [(row.file, row.run) for row in validated(path, StoredRows).rows]


def write(
    overlay: Path, made: str, rows: Sequence[Mapping[str, Any]], own: OwnFactors, shown: Mapping[str, Any]
) -> str:
    """Store a calibration under a number of its own, the next, which is returned. Raises OutputError."""
    record = {
        "gpuplan_calibration": VERSION, "made": made, "base": digest(), "rows": list(rows),
        "factors": [[*key, value] for key, value in sorted(own.factors.items())],
        "runs": [asdict(run) for run in own.runs],
        "memory": [[*place, gib] for place, gib in sorted(own.memory.items())], **shown,
    }  # fmt: skip
    text = json.dumps(record, indent=1, sort_keys=True, allow_nan=False) + "\n"
    folder = overlay / FOLDER
    sweep_parts(folder, NAME.pattern)
    known = stored(overlay)
    for number in range(int(known[-1].stem) + 1 if known else 1, LAST + 1):
        name = f"{number:04d}"
        with suppress(TakenError):  # by another program, since the names were read
            with creating(folder / f"{name}.json") as out:
                out.write(text)
            return name
    raise OutputError(f"{folder}: no number is left after {LAST}.json")


def undo(overlay: Path) -> str:
    """Take back the newest calibration; returns its number. Raises InputError where there is none."""
    last = stored(overlay)
    if not last:
        raise InputError("--undo: no calibration is stored")
    try:
        last[-1].unlink()
    except OSError as error:
        raise OutputError(f"--undo: {last[-1]}: cannot be deleted ({error.strerror})") from error
    return last[-1].stem


def export(overlay: Path, target: Path) -> int:
    """Write the rows of all stored calibrations as one file that `calibrate` reads; returns how many."""
    rows = [{"file": file, "run": asdict(run)} for path in stored(overlay) for file, run in runs_in(path)]
    if not rows:
        raise InputError("--export: no calibration is stored")
    with replacing(target) as out:
        out.write(json.dumps({"gpuplan_calibration": VERSION, "rows": rows}, indent=1, sort_keys=True) + "\n")
    return len(rows)
