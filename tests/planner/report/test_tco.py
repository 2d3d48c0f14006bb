from __future__ import annotations

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.report.tco import floor_tables, tco_tables
from planner.tco.floor import cheapest_quality
from planner.tco.request import parse_tco
from tests.planner.report.conftest import cells
from tests.planner.tco.conftest import BASE, ON, answered

SHIPPED = Coefficients.shipped()


def test_options_are_all_there_with_what_they_cost(context: Context) -> None:
    base = answered(context)
    tables = tco_tables(base)
    shown = {row["option"]: row["usd_per_month"] for row in cells(tables[0])}
    assert shown == {o.name: round(o.usd_per_month, 2) for o in [*base.self_hosting, *base.apis]}
    assert {row["against"] for row in cells(tables[1])} == {b.api for b in base.break_even}
    assert len(tables[2].rows) == sum(len(s.lines) for s in base.self_hosting)


def test_ways_to_a_quality_are_all_there(catalogs: Catalogs) -> None:
    data = {k: v for k, v in BASE.items() if k != "model"} | {"quality": {"benchmark": "MMLU", "min_score": 80}}
    request, asked = parse_tco(data | {"tco": {"own": False}})
    answer = cheapest_quality(request, asked, catalogs, SHIPPED, today=ON)
    assert len(floor_tables(answer)[0].rows) == len(answer.ways) > 0
