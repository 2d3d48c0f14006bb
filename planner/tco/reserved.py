"""Reserved units of an API (provisioned throughput): so many tokens a second for a price, used or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from planner.errors import InputError, closest
from planner.formulas.time import HOURS_PER_MONTH
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.request.request import Request

SUFFIX = ", reserved units"
# Numbers of a stated record: the least and the most of each, and what it is where it is left out.
NUMBERS = {
    "usd_per_hour": (0.0, 1e6, None), "usd_per_month": (0.0, 1e9, None), "tokens_per_s": (1e-6, 1e9, None),
    "output_weight": (0.0, 1000.0, 1.0), "least": (1.0, 1e6, 1.0), "step": (1.0, 1e6, 1.0),
}  # fmt: skip
WHOLE = ("least", "step")
KEYS = ("unit", *NUMBERS)


@dataclass(frozen=True, slots=True)
class ReservedUnits:
    """`unit`: what it is called; `usd_per_month`: of one, in USD; `tokens_per_s`: that one serves; `output_weight`: how
    many of them an output token counts as (an input token counts as one); `least`: units that are sold at least, in
    multiples of `step`."""

    unit: str
    usd_per_month: float
    tokens_per_s: float
    output_weight: float = 1.0
    least: int = 1
    step: int = 1

    def needed_tokens_per_s(self, request: Request, rate: Array) -> Array:
        """Weighed tokens a second in the busiest hour, at a mean rate [requests/s]."""
        each = request.input_tokens.average + self.output_weight * request.output_tokens.average
        return rate * request.traffic.peak_per_s / request.traffic.average_per_s * each

    def units(self, tokens_per_s: Array) -> Array:
        """Whole units for a peak need: ceil(need / unit), in steps, and no fewer than the least."""
        steps = np.ceil(np.asarray(tokens_per_s) / (self.tokens_per_s * self.step) - 1e-9)
        return np.maximum(self.first_steps, steps) * self.step

    @property
    def first_steps(self) -> int:
        """Steps that are bought at least."""
        return -(-self.least // self.step)

    def usd(self, request: Request, rate: Array) -> Array:
        """Dollars (USD) a month at a mean rate."""
        return self.units(self.needed_tokens_per_s(request, rate)) * self.usd_per_month

    def rate_of_step(self, request: Request) -> float:
        """The mean rate that one step of units serves [requests/s]."""
        return self.step * self.tokens_per_s / float(self.needed_tokens_per_s(request, 1.0))


def stated_units(path: Path, i: int, row: object) -> ReservedUnits | None:
    """The `reserved` table of a price file; None without one. Raises InputError, one line."""
    if row is None:
        return None
    where = f"{path}: price {i}: reserved"
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected a table with unit, tokens_per_s and usd_per_hour or usd_per_month")
    for key in row:
        if key not in KEYS:
            raise InputError(f"{where}: {key[:40]}: unknown key (nearest: {', '.join(closest(key, KEYS))})")
    unit = row.get("unit")
    if not isinstance(unit, str) or not unit or not unit.isprintable() or len(unit) > 40:
        raise InputError(f"{where}: unit: expected its name, got {unit!r:.40}")
    numbers = {key: _number(where, key, row.get(key)) for key in NUMBERS}
    hour, month, tokens = (numbers[key] for key in ("usd_per_hour", "usd_per_month", "tokens_per_s"))
    if (hour is None) == (month is None) or tokens is None:
        raise InputError(f"{where}: state tokens_per_s, and either usd_per_hour or usd_per_month")
    usd = month if hour is None else hour * HOURS_PER_MONTH
    assert usd is not None
    return ReservedUnits(
        unit, usd, tokens, numbers["output_weight"] or 0.0, int(numbers["least"] or 1), int(numbers["step"] or 1)
    )


def _number(where: str, key: str, value: object) -> float | None:
    least, most, default = NUMBERS[key]
    if value is None:
        return default
    whole = key not in WHOLE or isinstance(value, int)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most or not whole:
        kind = "a whole number from " if key in WHOLE else ""
        raise InputError(f"{where}: {key}: expected {kind}{least:g} to {most:g}, got {value!r:.40}")
    return float(value)
