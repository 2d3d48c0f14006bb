from __future__ import annotations

from planner.answers import Infeasible, Plan
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.report.plan import infeasible_tables, plan_tables
from planner.report.table import Overview, Table
from tests.planner.conftest import chat_request
from tests.planner.report.conftest import cells


def test_a_plan_has_the_winner_its_runners_up_and_the_front(explored: Explored) -> None:
    answer = explored.answer
    assert isinstance(answer, Plan)
    card, *tables = plan_tables(answer)
    assert isinstance(card, Overview)
    tables = [table for table in tables if isinstance(table, Table)]
    rows = cells(tables[0])
    assert [row["role"] for row in rows] == ["winner"] + ["runner-up"] * len(answer.runners_up)
    assert rows[0]["usd_per_hour"] == round(answer.cluster.cost.usd_per_hour, 4)
    assert all(row["loses_on"] for row in rows[1:])
    assert {row["simulated"] for row in rows} == {"no"}
    front = next(table for table in tables if table.title.startswith("Pareto front"))
    assert len(cells(front)) == len(answer.pareto)
    told = dict(card.lines)
    assert told["first limit"] == answer.binding_limit
    assert told["quality"] == answer.cluster.quality.text
    assert answer.cluster.machine.price_text in told["price"]
    limits = cells(card.tables[0])
    assert [row["limit"] for row in limits] == [margin.key for margin in answer.sla]
    assert all(0.0 < margin.headroom_share < 1.0 for margin in answer.sla if margin.headroom_share is not None)


def test_an_infeasible_plan_shows_the_nearest(context: Context) -> None:
    answer = explore(chat_request(sla={"ttft_p95_s": 0.001}), context).answer
    assert isinstance(answer, Infeasible)
    card, table, _ = infeasible_tables(answer)
    assert isinstance(table, Table)
    assert isinstance(card, Overview)
    assert [row["role"] for row in cells(table)] == ["nearest"]
    assert dict(card.lines)["why"] == answer.binding_limit
    assert dict(card.lines)["nearest"] == answer.nearest_change
