from __future__ import annotations

from planner.answers import Infeasible, Plan
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.report.plan import infeasible_tables, plan_tables
from tests.planner.conftest import chat_request
from tests.planner.report.conftest import cells


def test_a_plan_has_the_winner_its_runners_up_and_the_front(explored: Explored) -> None:
    answer = explored.answer
    assert isinstance(answer, Plan)
    tables = plan_tables(answer)
    rows = cells(tables[0])
    assert [row["role"] for row in rows] == ["winner"] + ["runner-up"] * len(answer.runners_up)
    assert rows[0]["usd_per_hour"] == round(answer.cluster.cost.usd_per_hour, 4)
    assert all(row["loses_on"] for row in rows[1:])
    assert len(cells(tables[-1])) == len(answer.pareto)
    assert any(answer.binding_limit in note for note in tables[0].notes)


def test_an_infeasible_plan_shows_the_nearest(context: Context) -> None:
    answer = explore(chat_request(sla={"ttft_p95_s": 0.001}), context).answer
    assert isinstance(answer, Infeasible)
    (table,) = infeasible_tables(answer)
    assert [row["role"] for row in cells(table)] == ["nearest"]
    assert answer.binding_limit in table.notes[0]
