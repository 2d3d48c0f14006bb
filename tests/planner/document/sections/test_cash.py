"""The cash flow."""

from __future__ import annotations

import pytest

from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.cash import schedules
from tests.planner.document.sections.finding import column, value


def test_every_way_and_api_has_its_months_and_its_value_today(made: Report, small: Answers) -> None:
    assert small.tco is not None
    names = [h.name for h in small.tco.self_hosting] + [row.name for row in small.tco.horizon.rows if row.kind == "API"]
    assert column(made, "cash.overview.way") == names
    found = schedules(small, small.tco)
    assert column(made, "cash.overview.total") == pytest.approx([one.usd for one in found])
    assert value(made, "cash.owned.npv") == next(one.npv_usd for one in found if one.name == "owned")


def test_licences_are_paid_for_hosting_only(made: Report) -> None:
    ways = dict(zip(column(made, "cash.overview.way"), column(made, "cash.overview.licences"), strict=True))
    assert ways == {"on demand": 2400.0, "owned": 2400.0, "a/dear": 0.0, "a/cheap": 0.0}
