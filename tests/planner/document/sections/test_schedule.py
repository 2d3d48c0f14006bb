"""Cash by month."""

from __future__ import annotations

import pytest

from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.schedule import bought_tokens, hosted
from tests.planner.document.sections.finding import column


def test_rented_months_are_those_of_the_planners_horizon(made: Report, small: Answers) -> None:
    assert small.tco is not None
    row = next(row for row in small.tco.horizon.rows if row.name == "on demand")
    paid = [total - 100.0 for total in column(made, "cash.on_demand.total")]
    assert paid == pytest.approx(row.usd_by_month, abs=0.006)


def test_bought_machines_grow_with_the_load_and_are_paid_when_they_come(small: Answers) -> None:
    assert small.tco is not None
    host = next(h for h in small.tco.self_hosting if h.name == "owned")
    found = hosted(host, small.tco.horizon, 0.08, 0.0)
    keys = [c.key for c in found.table.columns]
    machines = [float(row[keys.index("machines")] or 0) for row in found.table.rows]
    capex = [float(row[keys.index("capex")] or 0) for row in found.table.rows]
    assert machines == sorted(machines)
    assert all(
        (paid > 0) == (now > before) for paid, before, now in zip(capex, [0.0, *machines], machines, strict=False)
    )
    x = host.inputs
    each = x["server_usd"] * (1 + x["spare_share"]) * (1 + x["network_share"])
    assert found.capex_usd == pytest.approx(machines[-1] * each)
    assert 0 < found.residual_usd < found.capex_usd


def test_today_is_worth_more_than_later() -> None:
    found = bought_tokens("a/b", [100.0] * 12, 0.10)
    assert found.usd == pytest.approx(1200.0)
    assert found.npv_usd == pytest.approx(sum(100.0 / 1.1 ** (m / 12) for m in range(12)))
    assert bought_tokens("a/b", [100.0] * 12, 0.0).npv_usd == pytest.approx(1200.0)
