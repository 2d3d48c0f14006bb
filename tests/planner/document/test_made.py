"""From a request to a report."""

from __future__ import annotations

from typing import Any

from planner.document.asking import Given
from planner.document.made import made, with_own_way
from planner.document.record import Report
from planner.planner import Planner
from planner.tco.request import parse_tco
from tests.planner.document.conftest import SMALL
from tests.planner.tco.conftest import PRICES


def test_the_commitment_of_the_plan_is_among_the_ways_to_pay() -> None:
    data: dict[str, Any] = {**SMALL, "scope": {"commitment": "3y_reserved"}}
    request, terms = parse_tco(data)
    assert with_own_way(request, terms).commitments == ("3y_reserved", "on_demand", "1y_reserved", "spot")
    assert with_own_way(request, None).commitments[0] == "3y_reserved"


def test_a_report_beside_itself_says_that_nothing_changed(planner: Planner) -> None:
    request, terms = parse_tco(SMALL)
    first = made(planner, request, terms, Given(PRICES), None, None)
    second = made(planner, request, terms, Given(PRICES), first, None)
    assert isinstance(second, Report)
    assert second.compared is not None
    assert [change.what for change in second.compared.changes] == ["total"]
    assert second.compared.changes[0].usd_per_month == 0.0
