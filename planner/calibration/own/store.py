"""Calibrations in the user's catalog: a file each under `calibrations/`, numbered; the newest on a place counts.

A file holds the rows that it was made from and what was found, so that what a newer release fits is calibrated anew
from the rows. Files are written in one step, and taken back by deleting the newest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from planner.errors import InputError, OutputError
from planner.files import bounded_text
from planner.measurements.run import MeasuredRun
from planner.physics.coefficients import DATA, FACTORS
from planner.physics.factor_keys import PRIORS
from planner.physics.own import OwnFactors
from planner.toml import json_of
from planner.writing import replacing

FOLDER, MAX_BYTES = "calibrations", 2**26
NAME = re.compile(r"(\d{4,9})\.json")
VERSION = 1


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


def read(path: Path) -> dict[str, Any]:
    """One calibration; raises InputError, one line."""
    try:
        found = json_of(bounded_text(path, MAX_BYTES))
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON ({error})") from error
    if not isinstance(found, dict) or found.get("gpuplan_calibration") != VERSION:
        raise InputError(f"{path}: is no calibration of this release")
    return found


def write(
    overlay: Path, made: str, rows: Sequence[Mapping[str, Any]], own: OwnFactors, shown: Mapping[str, Any]
) -> str:
    """Store a calibration under the next number, which is returned. Raises OutputError."""
    last = stored(overlay)
    name = f"{int(last[-1].stem) + 1 if last else 1:04d}"
    record = {
        "gpuplan_calibration": VERSION, "made": made, "base": digest(), "rows": list(rows),
        "factors": [[*key, value] for key, value in sorted(own.factors.items())],
        "runs": [asdict(run) for run in own.runs], **shown,
    }  # fmt: skip
    with replacing(overlay / FOLDER / f"{name}.json") as out:
        out.write(json.dumps(record, indent=1, sort_keys=True, allow_nan=False) + "\n")
    return name


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
    rows = [row for path in stored(overlay) for row in read(path)["rows"]]
    if not rows:
        raise InputError("--export: no calibration is stored")
    with replacing(target) as out:
        out.write(json.dumps({"gpuplan_calibration": VERSION, "rows": rows}, indent=1, sort_keys=True) + "\n")
    return len(rows)


def runs_of(record: Mapping[str, Any], where: str) -> list[tuple[str, MeasuredRun]]:
    """The files and runs that a calibration was made from; raises InputError."""
    try:
        return [(str(row["file"]), _run(row["run"])) for row in record["rows"]]
    except (KeyError, TypeError, ValidationError) as error:
        raise InputError(f"{where}: its rows cannot be read ({type(error).__name__})") from error


def _run(data: object) -> MeasuredRun:
    return TypeAdapter(MeasuredRun).validate_python(data)
