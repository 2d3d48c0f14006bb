from __future__ import annotations

import pytest

from planner.fleet.answer import FleetInfeasible, FleetPlan
from planner.fleet.plan import plan_fleet
from planner.fleet.request import parse_fleet
from planner.plan.context import Context
from planner.report.fleet import choices, fleet_tables, no_fleet_tables
from tests.planner.fleet.conftest import BASE, planned
from tests.planner.report.conftest import cells


def test_pools_add_up_and_hours_are_ranges(context: Context) -> None:
    answer = plan_fleet(parse_fleet(BASE), context, why_not=["H100"])
    assert isinstance(answer, FleetPlan)
    pools, hours, *more = fleet_tables(answer)
    assert sum(row["usd_per_hour"] for row in cells(pools)) == pytest.approx(answer.usd_per_hour, abs=1e-3)
    assert [row["hours"] for row in cells(hours)] == ["0-11", "12-23"]
    assert cells(more[-2])[0]["what"] == "H100"
    assert {row["pool"] for row in cells(more[-1])} == set(range(1, len(answer.pools) + 1))


def test_pools_are_numbered_small_shares_are_told_and_nothing_was_simulated(context: Context) -> None:
    answer = plan_fleet(parse_fleet(BASE), context)
    assert isinstance(answer, FleetPlan)
    few = answer.pools[0].model_copy(update={"serves": {"chat": 0.0035, "code": 0.01, "rest": 1.0}})
    table = fleet_tables(answer.model_copy(update={"pools": [few, *answer.pools[1:]]}))[0]
    assert "pool" in table.narrowed().columns
    assert [row["pool"] for row in cells(table)] == list(range(1, len(answer.pools) + 1))
    assert cells(table)[0]["serves"] == few.serves_text == "chat 0.4%, code 1%, rest 100%"
    assert any(note.startswith("closed form, not simulated") for note in table.notes)
    assert "gpuplan plan" in answer.model_dump()["checked_by"]


def test_no_fleet_names_what_binds(context: Context) -> None:
    answer = plan_fleet(parse_fleet(BASE | {"limits": {"max_usd_per_hour": 0.05}}), context)
    assert isinstance(answer, FleetInfeasible)
    (table,) = no_fleet_tables(answer)
    assert answer.binding_limit in table.notes[0]
    assert table.rows == choices("x", answer.nearest).rows


def test_more_load_is_told_by_what_is_within_the_limits(context: Context) -> None:
    base = planned(context, BASE)

    def told(extended: float | None, replanned: float | None) -> str:
        stress = base.stress.model_copy(update={
            "holds_times": 1.04, "extended_usd_per_hour": extended, "replanned_usd_per_hour": replanned,
        })  # fmt: skip
        notes = fleet_tables(base.model_copy(update={"stress": stress}))[0].notes
        return next(note for note in notes if note.startswith("holds"))

    assert told(9.5, 9.0) == (
        "holds 1.04 times the load; 1.5 times cost $9.50 an hour with machines added, $9.00 an hour planned anew"
    )
    assert "more than the limits allow with machines added, $9.00 an hour planned anew" in told(None, 9.0)
    assert told(None, None) == "holds 1.04 times the load; no fleet within the limits serves 1.5 times"
