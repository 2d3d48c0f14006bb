"""A workload and what its money depends on: the `[tco]` table beside the keys of a request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationError

from planner.errors import InputError
from planner.inputs import Commitment, Request, Share, Strict, explain, parse_request

DEFAULT_APIS = ("openai/gpt-4o", "anthropic/claude-sonnet-4-5", "google/gemini-2.5-flash")


class TcoTerms(Strict):
    """What to compare with, and on which terms.

    apis: `provider/model` each; commitments: ways to rent; owned: GPUs to buy servers of, empty for those with a known
    price; batch_share: of the traffic that can wait a day; private_share: that may not leave; terms: overrides of
    `hardware_db/data/ownership.toml`; on: day of the API prices.
    """

    apis: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = DEFAULT_APIS
    commitments: Annotated[tuple[Commitment, ...], Field(max_length=4)] = ("on_demand", "1y_reserved", "spot")
    owned: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    own: bool = True
    batch_share: Share = 0.0
    private_share: Share = 0.0
    terms: dict[str, Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]] = Field(default_factory=dict)
    on: date | None = None


def parse_tco(data: Mapping[str, Any], *, where: str = "") -> tuple[Request, TcoTerms]:
    """A decoded workload with its `tco` table; the message of an error names the field."""
    rest = {key: value for key, value in data.items() if key != "tco"}
    try:
        terms = TcoTerms.model_validate(data.get("tco") or {})
    except ValidationError as error:
        raise InputError(f"{where}tco: {explain(error, TcoTerms)}") from error
    return parse_request(rest, where=where), terms
