from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.report.table import Overview, Table
from planner.report.tco import floor_tables, tco_tables
from planner.tco.floor import cheapest_quality
from planner.tco.request import parse_tco
from tests.planner.report.conftest import cells
from tests.planner.tco.conftest import BASE, ON, answered

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")

SHIPPED = Coefficients.shipped()


def test_options_are_all_there_with_what_they_cost(context: Context) -> None:
    base = answered(context)
    verdict, *blocks = tco_tables(base)
    assert isinstance(verdict, Overview)
    assert verdict.lines == [("choice", base.verdict)]
    tables = [block for block in blocks if isinstance(block, Table)]
    shown = {row["option"]: row["usd_per_month"] for row in cells(tables[0])}
    assert shown == {o.name: round(o.usd_per_month, 2) for o in [*base.self_hosting, *base.apis]}
    assert {row["against"] for row in cells(tables[1])} == {b.api for b in base.break_even}
    assert len(tables[2].rows) == sum(len(s.lines) for s in base.self_hosting)


def test_ways_to_a_quality_are_all_there(catalogs: Catalogs) -> None:
    data = {k: v for k, v in BASE.items() if k != "model"} | {"quality": {"benchmark": "MMLU", "min_score": 80}}
    request, asked = parse_tco(data | {"tco": {"own": False}})
    answer = cheapest_quality(request, asked, catalogs, SHIPPED, today=ON)
    verdict, ways = floor_tables(answer)
    assert isinstance(verdict, Overview)
    assert isinstance(ways, Table)
    assert len(ways.rows) == len(answer.ways) > 0
    best = answer.ways[0]
    assert f"{best.model}" in answer.verdict
    assert f"${best.usd_per_month:,.2f} a month" in answer.verdict
    assert "cheapest" in verdict.lines[0][1]


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ([0.01491, 0.01493], "at 0.0149 requests a second"),
        ([0.0149, 0.03], "from 0.0149 to 0.03 requests a second"),
        ([12345.0, 12345.0], "at 12300 requests a second"),
    ],
)
def test_a_rate_that_stays_is_one_number(context: Context, rates: list[float], said: str) -> None:
    answer = answered(context)
    tables = tco_tables(
        answer.model_copy(update={"horizon": answer.horizon.model_copy(update={"requests_per_s": rates})})
    )
    assert any(table.title.endswith(f", {said}") for table in tables)
