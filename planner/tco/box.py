"""The API prices in the box: a dated list, used where `genai-prices` is not installed or does not know a model."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, TypeAdapter

from planner.dates import real_date
from planner.request.strict import Strict

DATA = Path(__file__).with_name("api_prices.csv")
UsdPerMtok = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class BoxedPrice(Strict):
    """One row: USD per million tokens; `batch_multiplier` is what a batch costs of both rates, absent without one."""

    provider: Annotated[str, Field(min_length=1, max_length=60)]
    model: Annotated[str, Field(min_length=1, max_length=120)]
    usd_per_mtok_in: UsdPerMtok
    usd_per_mtok_cached_in: UsdPerMtok | None = None
    usd_per_mtok_out: UsdPerMtok
    batch_multiplier: Annotated[float, Field(ge=0.01, le=1, allow_inf_nan=False)] | None = None
    context_window: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    as_of: Annotated[str, AfterValidator(real_date)]
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None


ROWS = TypeAdapter(tuple[BoxedPrice, ...])


@cache
def boxed() -> Mapping[tuple[str, str], BoxedPrice]:
    """The rows by provider and model, strictly checked."""
    with DATA.open(encoding="utf-8", newline="") as handle:
        rows = [{name: value for name, value in row.items() if value} for row in csv.DictReader(handle)]
    return {(row.provider, row.model): row for row in ROWS.validate_python(rows)}
