"""Files of prices: rows of text to offers, strictly checked; what is wrong is one line with the line, the column and
what is expected there."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from hardware_db.schema import Offer, OfferClass, PriceFlag, split_flags
from planner.errors import HardwareError, near
from planner.files import table_of
from planner.words import cell_of

MAX_FILE_BYTES = 4 * 2**20
NUMERIC = {name for name, field in Offer.model_fields.items() if "float" in str(field.annotation)}
REQUIRED = tuple(name for name, field in Offer.model_fields.items() if field.is_required())
PRICES = tuple(name for name in Offer.model_fields if name.startswith("usd_per_hour"))
TextRow = Mapping[str | None, str | None] | Mapping[str, str]
# What stands in a column, with an example.
EXPECTED = {
    "accelerator": "the name or id of a GPU, such as h100-sxm or L40S (`gpuplan gpus` lists them)",
    "accelerators": "how many GPUs the machine has, such as 8",
    "min_accelerators": "how many GPUs the smallest machine has that is sold, such as 8",
    "as_of": "the day of the price as YYYY-MM-DD, such as 2026-11-01 (or YYYY-MM, YYYY)",
    "offer_class": f"one of {', '.join(get_args(OfferClass))}",
    "flags": f"{', '.join(get_args(PriceFlag))}, with a semicolon between two, or nothing",
    "topology": "the id of how the GPUs are linked, such as nvswitch-nvlink4, or nothing",
    "source": "where the price is from in at most 2,000 letters, such as contract 4711",
    **dict.fromkeys(PRICES, "USD an hour of the whole machine, such as 12.5"),
}
NUMBER = "a number above zero with a decimal point, such as 12.5"
TEXT = "a short text that does not begin with =, +, @ or -, such as Frankfurt"


@cache
def _offers() -> TypeAdapter[list[Offer]]:
    return TypeAdapter(list[Offer])


def read_offers(path: Path, named: Callable[[str], str] | None = None) -> list[Offer]:
    """The rows of a file of prices; raises HardwareError, one line that names file and line.

    named: the id of an accelerator by its name, which raises HardwareError where it is none or may be several; without
    it the rows have ids.
    """
    header, found = table_of(path, MAX_FILE_BYTES, HardwareError)
    _check_header(path, header)
    rows = list(found)
    if not rows:
        raise HardwareError(f"{path}: a header without rows")
    return checked_offers(path, rows, named)


def shipped_offers(path: Path) -> list[Offer]:
    """The offers of the package's own list, as `read_offers` makes them: a test checks that they are the same, so that
    no command checks each cell."""
    with path.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    return [_shipped({name: value for name, value in zip(header, row, strict=True) if value}) for row in rows]


def _shipped(row: dict[str, str]) -> Offer:
    cells: dict[str, Any] = {name: float(value) if name in NUMERIC else value for name, value in row.items()}
    if "flags" in cells:
        cells["flags"] = split_flags(cells["flags"])
    return Offer.model_construct(**cells)


def checked_offers(path: Path | str, rows: Sequence[TextRow], named: Callable[[str], str] | None = None) -> list[Offer]:
    """The offers of rows of text; raises HardwareError, one line that names `path` and line. named: as above."""
    cells = [_cells(path, line, row, named) for line, row in enumerate(rows, 2)]
    try:
        return _distinct(path, _offers().validate_python(cells))
    except ValidationError as error:
        raise HardwareError(f"{path}: {_wrong(error)}") from error


def _wrong(error: ValidationError) -> str:
    """The first thing that is wrong: line, column, what is expected there, what stands there."""
    detail: dict[str, Any] = dict(error.errors()[0])
    line, *where = detail["loc"]
    column = next((part for part in where if isinstance(part, str)), "")
    place = f"line {int(line) + 2}: {column}: " if column else f"line {int(line) + 2}: "
    if detail["type"] == "value_error":
        return f"{place}{detail['msg'].removeprefix('Value error, ')}"
    if detail["type"] == "missing":
        return f"{place}is empty; expected {expected(column)}"
    got = f", got {detail['input']!r:.60}" if isinstance(detail["input"], str | int | float) else ""
    return f"{place}expected {expected(column)}{got}"


def expected(column: str) -> str:
    """What stands in a column, with an example."""
    return EXPECTED.get(column, NUMBER if column in NUMERIC else TEXT)


def _distinct(path: Path | str, offers: list[Offer]) -> list[Offer]:
    """The offers, none of which stands twice."""
    seen: dict[tuple[str, str, str], int] = {}
    for line, offer in enumerate(offers, 2):
        if offer.key in seen:
            raise HardwareError(
                f"{path}: line {line}: {' '.join(offer.key)[:100]} stands on line {seen[offer.key]}, too"
            )
        seen[offer.key] = line
    return offers


def _check_header(path: Path, names: Sequence[str]) -> None:
    """Every column once and known, none missing that a row needs."""
    fields = Offer.model_fields
    for name in names:
        if name.lower() == "currency":
            raise HardwareError(f"{path}: line 1: {name!r}: prices are in USD; convert them, and put the rate in note")
        if name not in fields:
            raise HardwareError(f"{path}: line 1: {name[:60]!r} is no column (nearest: {_near(name, fields)})")
        if names.count(name) > 1:
            raise HardwareError(f"{path}: line 1: {name}: stands twice")
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        lost = f"column {missing[0]!r} is" if len(missing) == 1 else f"columns {', '.join(map(repr, missing))} are"
        raise HardwareError(f"{path}: line 1: {lost} missing; needed are {needed()}")


def needed() -> str:
    """The columns that a file of prices must have."""
    return f"{', '.join(REQUIRED)} and a price, such as {PRICES[0]}"


def _near(name: str, known: Iterable[str]) -> str:
    return ", ".join(near(name.lower(), known))


def _cells(path: Path | str, line: int, row: TextRow, named: Callable[[str], str] | None) -> dict[str, str | float]:
    if None in row or None in row.values():
        more = "more" if None in row else "fewer"
        hint = "; a number has a decimal point, and a text with a comma stands in quotes" if None in row else ""
        raise HardwareError(f"{path}: line {line}: wrong number of cells: {more} than the header has columns{hint}")
    given = {str(name): str(value) for name, value in row.items() if value}
    return {name: _cell(f"{path}: line {line}: {name}", name, value, named) for name, value in given.items()}


def _cell(where: str, name: str, value: str, named: Callable[[str], str] | None) -> str | float:
    if not value.isprintable():
        raise HardwareError(f"{where}: {value[:40]!r} has characters that cannot be printed")
    if name not in NUMERIC:
        if cell_of(value) != value:
            raise HardwareError(f"{where}: {value[:40]!r} begins like a formula")
        return _id(where, value, named) if name == "accelerator" and named is not None else value
    try:
        if "_" in value or not value.isascii():  # float reads 1_0 as ten, and digits of any script
            raise ValueError(value)
        return float(value)
    except ValueError as error:
        raise HardwareError(f"{where}: {value[:40]!r} is not a number; expected {expected(name)}") from error


def _id(where: str, name: str, named: Callable[[str], str]) -> str:
    try:
        return named(name)
    except HardwareError as error:
        raise HardwareError(f"{where}: {str(error).removeprefix('gpu: ')}") from error
