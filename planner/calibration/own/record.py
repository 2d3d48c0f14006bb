"""The files of calibrations as records: what stands in one is checked whole before any of it is used."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from planner.errors import InputError
from planner.files import bounded_text
from planner.measurements.run import MeasuredRun
from planner.physics.coefficient_parts import PositiveFactor
from planner.physics.own import MeasuredPlace, OwnGib
from planner.toml import json_of

MAX_BYTES, VERSION = 2**26, 1
DayMade = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
AnyRows = TypeVar("AnyRows", bound="StoredRows")


def _place(found: object) -> object:
    """A record of runs from JSON, whose keys are texts and whose pairs are lists."""
    if not isinstance(found, dict):
        return found
    cautions = {f: {float(sure): v for sure, v in told.items()} for f, told in _table(found, "cautions").items()}
    spans = {f: tuple(span) for f, span in _table(found, "intervals").items() if isinstance(span, list)}
    known = [field.name for field in fields(MeasuredPlace)]
    wrong = [f"{str(name)[:60]}: unknown key" for name in found if name not in known]
    wrong += [f"{name}: Field required" for name in known if name not in found]
    if wrong:
        raise ValueError(wrong[0])
    try:
        return MeasuredPlace(**{**found, "intervals": spans, "cautions": cautions})
    except ValidationError as error:
        raise ValueError(_first(error)) from error


def _table(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = record.get(name)
    values = found.values() if isinstance(found, dict) else ()
    kind = dict if name == "cautions" else list
    if not isinstance(found, dict) or not all(isinstance(value, kind) for value in values):
        raise ValueError(f"{name}: expected a table")
    return found


class StoredRow(BaseModel):
    """A run and the name of the file that it was read from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, Field(max_length=4096)]
    run: MeasuredRun


class StoredRows(BaseModel):
    """What calibrations are made from: the rows of a stored one, or of all, as they are exported."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    gpuplan_calibration: Literal[1]
    rows: tuple[StoredRow, ...]


class StoredCalibration(StoredRows):
    """A stored calibration.

    made: the day; base: digest of the coefficients that its factors stand on; answer: what was shown, by the release
    that made it.
    """

    made: DayMade
    base: Annotated[str, Field(max_length=64)]
    factors: tuple[tuple[str, str, str, PositiveFactor], ...]
    runs: tuple[Annotated[MeasuredPlace, BeforeValidator(_place)], ...]
    memory: tuple[tuple[str, str, str, OwnGib], ...]
    answer: dict[str, Any] = {}


def validated(path: Path, kind: type[AnyRows]) -> AnyRows:
    """The record in a file; raises InputError, one line, that names the file and the field."""
    text = bounded_text(path, MAX_BYTES)
    try:
        found = json_of(text)
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON ({error})") from error
    if not isinstance(found, dict) or found.get("gpuplan_calibration") != VERSION:
        raise InputError(f"{path}: is no calibration of this release")
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        raise InputError(f"{path}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    """The first field that is wrong, and why."""
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))[:100]}: {first['msg']}"
