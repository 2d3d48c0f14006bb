"""Lines of a way to host."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.sections.ledger import INPUTS, is_bought, ledger, prefix
from planner.document.sources import Cited


def test_every_line_of_machines_that_run_all_month_has_a_formula(small: Answers) -> None:
    assert small.tco is not None
    for host in (h for h in small.tco.self_hosting if h.cold_start is None):
        lines = [f for f in ledger(host, Cited()).figures if ".line_" in f.key]
        assert len(lines) == len(host.lines)
        assert all(line.formula for line in lines)


def test_every_input_has_a_name_and_a_unit(small: Answers) -> None:
    assert small.tco is not None
    assert {name for h in small.tco.self_hosting for name in h.inputs} <= set(INPUTS)


def test_what_is_bought_is_known_by_its_price(small: Answers) -> None:
    assert small.tco is not None
    found = {h.name: (is_bought(h), prefix(h)) for h in small.tco.self_hosting}
    assert found == {"on demand": (False, "money.on_demand"), "owned": (True, "money.owned")}


def test_a_replica_that_is_stopped_states_how_its_lines_are_made(small: Answers) -> None:
    from planner.tco.answer import ColdStart

    assert small.tco is not None
    stopped = small.tco.self_hosting[0].model_copy(
        update={"cold_start": ColdStart(**dict.fromkeys(ColdStart.model_fields, 1.0))}
    )
    lines = [f for f in ledger(stopped, Cited()).figures if ".line_" in f.key]
    assert all(line.method and not line.formula for line in lines)
