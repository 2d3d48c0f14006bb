"""Numbers of users have limits from both sides, of what is physical."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from planner.errors import InputError
from planner.fleet.request import FleetRequest
from planner.report.currency import Exchange, exchange
from planner.request.request import Request
from planner.tco.request import TcoTerms


def numbers(schema: object, path: str = "") -> list[tuple[str, dict[str, object]]]:
    """Every number of a JSON schema with its path."""
    if isinstance(schema, list):
        return [found for i, part in enumerate(schema) for found in numbers(part, f"{path}.{i}")]
    if not isinstance(schema, dict):
        return []
    mine = [(path, schema)] if schema.get("type") in ("number", "integer") else []
    return mine + [found for name, part in schema.items() for found in numbers(part, f"{path}.{name}")]


@pytest.mark.parametrize("record", [Request, FleetRequest, TcoTerms, Exchange])
def test_each_number_that_a_user_states_has_a_least_and_a_most(record: type[BaseModel]) -> None:
    found = numbers(record.model_json_schema())
    assert found
    open_ends = [path for path, part in found if not {"minimum", "maximum"} <= set(part)]
    assert not open_ends


@pytest.mark.parametrize("rate", [1e-300, 0.0, -1.0, 1e-7, 1e10, float("nan"), float("inf")])
def test_a_rate_of_exchange_is_one_that_there_can_be(rate: float) -> None:
    """Once 1e-300 units for a dollar were taken."""
    with pytest.raises(InputError, match=r"--currency: per_usd: "):
        exchange("EUR", rate, "2026-11-28", None)
    assert exchange("IRR", 1.1e6, "2026-11-28", None) is not None
    assert exchange("XBT", 1.1e-5, "2026-11-28", None) is not None
