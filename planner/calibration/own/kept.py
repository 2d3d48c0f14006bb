"""What all stored calibrations of a user's catalog say together."""

from __future__ import annotations

from pathlib import Path

from planner.calibration.own.calibrate import again
from planner.calibration.own.record import StoredCalibration
from planner.calibration.own.store import digest, read, stored
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.own import NOTHING, MeasuredPlace, OwnFactors


def own_of(overlay: Path, base: Coefficients, catalogs: Catalogs) -> OwnFactors:
    """What all stored calibrations say together; calibrated anew where the release has other coefficients by now."""
    files = stored(overlay)
    if not files:
        return NOTHING
    records = [(path, read(path)) for path in files]
    if any(record.base != digest() for _, record in records):
        return again(records, catalogs, base)
    factors: dict[tuple[str, str, str], float] = {}
    runs: dict[tuple[str, ...], MeasuredPlace] = {}
    memory: dict[tuple[str, str, str], float] = {}
    for _, record in records:
        own = _own(record)
        places = {f"{run.gpu} @ {run.engine}" for run in own.runs}
        factors = {key: value for key, value in factors.items() if not _of(key, places)} | dict(own.factors)
        runs |= {run.configuration: run for run in own.runs}
        logged = {place[:2] for place in own.memory}
        memory = {place: gib for place, gib in memory.items() if place[:2] not in logged} | dict(own.memory)
    return OwnFactors(factors, tuple(runs.values()), memory)


def _of(key: tuple[str, str, str], places: set[str]) -> bool:
    """Whether a factor is of one of these places; a configuration stands before its place."""
    return any(key[1] == place or key[1].endswith(f" @ {place}") for place in places)


def _own(record: StoredCalibration) -> OwnFactors:
    factors = {(kind, name, roof): value for kind, name, roof, value in record.factors}
    return OwnFactors(factors, record.runs, {(gpu, engine, family): gib for gpu, engine, family, gib in record.memory})
