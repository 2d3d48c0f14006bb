"""A fleet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.document.answers import FleetAnswers
from planner.document.build import fleet_report
from planner.document.record import Report, TextBlock
from planner.document.sections.fleet import (
    a_year,
    fleet_acceptance,
    fleet_alternatives,
    fleet_bill,
    fleet_decision,
    fleet_money,
    fleet_risks,
    fleet_use_case,
    no_fleet,
)
from planner.document.sources import Cited
from planner.fleet.answer import Choice, FleetInfeasible, FleetPlan
from tests.planner.document.sections.finding import column, value


def test_the_pools_add_up_to_the_fleet(fleet_made: Report, fleet: FleetAnswers) -> None:
    assert isinstance(fleet.fleet, FleetPlan)
    assert sum(column(fleet_made, "money.pools.usd_per_month")) == pytest.approx(fleet.fleet.usd_per_month)
    assert value(fleet_made, "money.usd_per_year") == a_year(fleet, fleet.fleet)
    assert column(fleet_made, "bill.pools.units") == [max(p.units_by_period) for p in fleet.fleet.pools]


def test_pools_have_the_numbers_that_their_starts_name_and_nothing_was_simulated(
    fleet_made: Report, fleet: FleetAnswers
) -> None:
    assert isinstance(fleet.fleet, FleetPlan)
    assert column(fleet_made, "bill.pools.number") == list(range(1, len(fleet.fleet.pools) + 1))
    assert "closed form, not simulated" in fleet_decision(fleet, Cited()).lead


def test_what_is_signed_has_its_number_of_machines_and_the_price_of_one(fleet: FleetAnswers) -> None:
    assert isinstance(fleet.fleet, FleetPlan)
    pool = fleet.fleet.pools[0].model_copy(update={
        "units_by_period": [1, 3], "machines_per_unit": 2, "usd_per_hour_each": 5.0,
    })  # fmt: skip
    one = replace(fleet, fleet=fleet.fleet.model_copy(update={"pools": [pool]}))
    (sign,) = (b for b in fleet_decision(one, Cited()).blocks if isinstance(b, TextBlock) and b.title == "To sign")
    (line,) = sign.items
    assert line.startswith(f"2 to 6 x {pool.instance_type} (")
    assert ": $2.50 an hour each" in line


def test_each_chapter_stands_alone(fleet: FleetAnswers) -> None:
    assert isinstance(fleet.fleet, FleetPlan)
    f, cited = fleet.fleet, Cited()
    made = [
        fleet_decision(fleet, cited), fleet_use_case(fleet, cited), fleet_bill(f, cited), fleet_alternatives(f, cited),
        fleet_money(fleet, f, cited), fleet_risks(f, cited), fleet_acceptance(fleet, f, cited),
    ]  # fmt: skip
    assert all(section.lead and section.blocks for section in made)


def test_a_fleet_that_cannot_be_says_why_and_what_the_nearest_costs(fleet: FleetAnswers) -> None:
    none = FleetInfeasible(
        version="0", proven=True, binding_limit="too little power", purchases=1, assumptions=[],
        nearest=[Choice(what="more power", usd_per_hour=2.0, power_kw=3.0, reason="9 kW")],
    )  # fmt: skip
    asked = replace(fleet, fleet=none)
    assert [block.key for block in no_fleet(asked, Cited()).blocks] == ["decision.in_the_way", "decision.nearest"]
    found = fleet_report(asked)
    assert (found.status, found.usd_per_month) == ("infeasible", 2.0 * 730.5)
