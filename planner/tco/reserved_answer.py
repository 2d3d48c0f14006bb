"""Reserved units of an API, as records."""

from typing import Literal

from planner.answers import Answer


class UnitsCrossing(Answer):
    """A volume at which reserved units of an API and its single tokens cost the same, and which is cheaper above it."""

    tokens_per_month: float
    requests_per_s: float
    cheaper_above: Literal["units", "tokens"]


class ReservedApi(Answer):
    """Reserved units of an API at this volume: ceil(needed / tokens of a unit) of them, used or not, beside the same
    API paid by token. needed_tokens_per_s: in the busiest hour, output tokens by their weight; crossings: against
    paying by token, ascending; empty where units are never the cheaper ones."""

    name: str
    unit: str
    units: int
    units_at_least: int
    units_in_steps_of: int
    tokens_per_s_of_a_unit: float
    output_weight: float
    needed_tokens_per_s: float
    usd_per_month_of_a_unit: float
    usd_per_month: float
    usd_per_million_tokens: float
    usd_per_month_by_token: float
    crossings: list[UnitsCrossing]
    as_of: str
    source: str

    @property
    def text(self) -> str:
        """In words, as it is shown."""
        lots = f" (sold from {self.units_at_least:,} on, in steps of {self.units_in_steps_of:,})"
        sold = lots if (self.units_at_least, self.units_in_steps_of) != (1, 1) else ""
        return (
            f"{self.units:,} x {self.unit}{sold} at ${self.usd_per_month_of_a_unit:,.2f} a month, "
            f"{self.tokens_per_s_of_a_unit:g} tokens a second each, for {self.needed_tokens_per_s:,.1f} at the peak"
        )
