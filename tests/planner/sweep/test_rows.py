from __future__ import annotations

import pytest

from planner.planner import Planner
from planner.request.reading import merge, parse_request
from planner.sweep.grid import nested
from planner.sweep.rows import FIGURES, answer_of
from planner.sweep.run import SweepWork
from tests.planner.sweep.conftest import BASE, DAY


@pytest.mark.parametrize("scenario", [{}, {"traffic.rate_per_s": 30.0}, {"scope.gpus": ["H100"]}])
def test_a_row_is_the_plan_without_simulation(work: SweepWork, scenario: dict[str, object]) -> None:
    row = answer_of(work.base, scenario, _context(work), DAY, simulate=False)
    plan = Planner(today=DAY).explore(parse_request(merge(BASE, nested(scenario)))).answer
    assert plan.status == row["status"] == "feasible"
    assert (row["gpu"], row["gpus"], row["usd_per_hour"]) == (
        plan.cluster.machine.gpu, plan.cluster.gpus, plan.cluster.cost.usd_per_hour,
    )  # fmt: skip
    assert row["ttft_p95_s"] == pytest.approx(plan.cluster.latency.ttft_s.p95)
    assert row["sla_breaks_at_rate_per_s"] == pytest.approx(plan.cluster.sla_breaks_at_rate_per_s)
    assert row["verified"] == "closed form"


@pytest.mark.parametrize("simulate", [False, True])
def test_what_nothing_meets_is_a_row_with_what_binds(work: SweepWork, simulate: bool) -> None:
    row = answer_of(work.base, {"sla.tpot_p95_s": 0.0001}, _context(work), DAY, simulate=simulate)
    assert row["status"] == "infeasible"
    assert row["model"] == BASE["model"]
    assert row["reason"]
    assert row["usd_per_hour"] is None


@pytest.mark.parametrize("scenario", [{"model": "no/such"}, {"traffic.rate_per_s": -1.0}, {"sla.ttft_p96_s": 1.0},
                                      {"traffic": 3, "traffic.rate_per_s": 1.0}, {"scope.gpus": ["H999"]}])  # fmt: skip
def test_what_cannot_be_asked_is_a_row_with_its_error(work: SweepWork, scenario: dict[str, object]) -> None:
    row = answer_of(work.base, scenario, _context(work), DAY, simulate=False)
    assert row["status"] == "error"
    assert row["error"]
    assert row["model"] == scenario.get("model")
    assert "\n" not in str(row["error"])
    assert tuple(row) == FIGURES


def test_simulated_rows_say_so(work: SweepWork) -> None:
    row = answer_of(work.base, {}, _context(work), DAY, simulate=True)
    assert (row["status"], row["verified"]) == ("feasible", "simulated")


def _context(work: SweepWork):  # type: ignore[no-untyped-def]
    from planner.plan.context import Context

    return Context(work.catalogs, work.coefficients)
