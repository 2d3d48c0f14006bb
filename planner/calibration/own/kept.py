"""What all stored calibrations of a user's catalog say together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.calibration.own.calibrate import again
from planner.calibration.own.store import digest, read, stored
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.physics.own import NOTHING, MeasuredPlace, OwnFactors


def own_of(overlay: Path, base: Coefficients, catalogs: Catalogs) -> OwnFactors:
    """What all stored calibrations say together; calibrated anew where the release has other coefficients by now."""
    files = stored(overlay)
    if not files:
        return NOTHING
    records = [(path, read(path)) for path in files]
    if any(record.get("base") != digest() for _, record in records):
        return again(records, catalogs, base)
    factors: dict[tuple[str, str, str], float] = {}
    runs: dict[tuple[str, str, str], MeasuredPlace] = {}
    for path, record in records:
        own = _own(record, path)
        places = {f"{run.gpu} @ {run.engine}" for run in own.runs}
        factors = {key: value for key, value in factors.items() if not _of(key, places)} | dict(own.factors)
        runs |= {(run.gpu, run.engine, run.family): run for run in own.runs}
    return OwnFactors(factors, tuple(runs.values()))


def _of(key: tuple[str, str, str], places: set[str]) -> bool:
    """Whether a factor is of one of these places; names of its terms and families stand before the place."""
    return any(key[1] == place or key[1].endswith(f" @ {place}") for place in places)


def _own(record: Mapping[str, Any], path: Path) -> OwnFactors:
    try:
        factors = {(str(kind), str(name), str(roof)): float(v) for kind, name, roof, v in record["factors"]}
        return OwnFactors(factors, tuple(MeasuredPlace(**_plain(run)) for run in record["runs"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a calibration ({type(error).__name__})") from error


def _plain(run: Mapping[str, Any]) -> dict[str, Any]:
    """A record of runs from JSON, whose keys are texts and whose pairs are lists."""
    cautions = {f: {float(sure): v for sure, v in told.items()} for f, told in run["cautions"].items()}
    return {**run, "intervals": {f: tuple(span) for f, span in run["intervals"].items()}, "cautions": cautions}
