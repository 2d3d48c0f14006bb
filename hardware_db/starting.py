"""What a replica that is stopped when idle depends on: terms of its start, and what providers bill at least."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated

from pydantic import Field, TypeAdapter

from hardware_db.ownership import STARTING, OwnershipTerm
from hardware_db.schema import Date, Record
from planner.shipped import shipped_toml

MINIMUM = "minimum_billing_s"


class Billing(Record):
    """What one start is billed at least at a provider [s]."""

    provider: Annotated[str, Field(min_length=1, max_length=60)]
    minimum_s: Annotated[float, Field(ge=0, le=86_400)]
    source: Annotated[str, Field(min_length=1)]
    as_of: Date


@cache
def billings() -> dict[str, Billing]:
    """By provider, strictly checked."""
    rows = shipped_toml(STARTING)["billing"]
    return {row.provider: row for row in TypeAdapter(tuple[Billing, ...]).validate_python(rows)}


def minimum_billing(provider: str, terms: Mapping[str, OwnershipTerm]) -> tuple[float, str]:
    """Least time that a start is billed [s], and its source: what the user states, else the provider's, else usual."""
    usual = terms[MINIMUM]
    known = billings().get(provider)
    if known is None or usual.source == "stated":
        return usual.value, usual.source
    return known.minimum_s, known.source
