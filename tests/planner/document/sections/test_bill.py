"""The bill of materials."""

from __future__ import annotations

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import FigureTable, Report
from planner.document.sections.bill import Bought, bill
from planner.document.sources import Cited
from tests.planner.document.sections.finding import column, value


def test_the_price_is_that_of_the_plan_with_its_source(made: Report, small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    m = small.plan.cluster.machine
    assert value(made, "bill.usd_per_hour_each") == m.usd_per_hour_each
    assert (m.price_source, m.price_as_of) in {(source.text, source.as_of) for source in made.sources}
    assert column(made, "bill.nodes.quantity")[0] == m.gpus


def test_a_machine_to_buy_has_the_host_and_rack_units_of_a_data_sheet(small: Answers) -> None:
    assert isinstance(small.plan, Plan)
    c = small.plan.cluster
    machine = c.machine.model_copy(update={"provider": "owned", "gpu": "H100 SXM", "gpus": 8, "count": 2})
    bought = c.model_copy(update={"machine": machine})
    node = Bought.of(bought, small.catalogs)
    assert node.reference is not None
    table = bill(bought, small.catalogs, Cited()).blocks[1]
    assert isinstance(table, FigureTable)
    rows = {row[0]: row for row in table.rows}
    assert rows["rack units"][2:] == [8.0, 16.0]
    assert rows["CPU cores"][2:] == [112.0, 224.0]


def test_what_no_source_states_is_left_empty(made: Report) -> None:
    items = dict(zip(column(made, "bill.nodes.item"), column(made, "bill.nodes.quantity"), strict=True))
    assert items["rack units"] is None
