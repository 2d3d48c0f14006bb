"""The winner's card says what one signs for."""

from __future__ import annotations

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.report.winner import breaks_text, cluster_lines, winner_card


def test_the_card_has_all_that_one_signs_for(explored: Explored) -> None:
    answer = explored.answer
    assert isinstance(answer, Plan)
    c, told = answer.cluster, dict(winner_card(answer).lines)
    assert {"model", "format", "quality", "engine", "machine", "provider", "price", "breaks at"} <= set(told)
    assert c.machine.provider in told["provider"]
    assert c.machine.instance_type in told["machine"]
    assert f"${c.cost.usd_per_hour:,.2f} an hour" in told["price"]
    assert told["breaks at"] == breaks_text(c)
    assert "not simulated" in told["confidence"]
    assert dict(cluster_lines(c)).items() <= told.items()


def test_without_limits_it_has_one_p95_for_each_latency(explored: Explored) -> None:
    answer = explored.answer
    assert isinstance(answer, Plan)
    (table,) = winner_card(answer.model_copy(update={"sla": []})).tables
    assert [row[0] for row in table.rows] == ["ttft_p95_s", "tpot_p95_s", "e2e_p95_s"]
    assert table.columns[1] == "at_50_pct"
