"""Power."""

from __future__ import annotations

import pytest

from hardware_db.nodes import reference_nodes
from planner.document.answers import Answers
from planner.document.record import Facts, Report
from planner.document.sections.energy import energy
from planner.document.sources import Cited
from tests.planner.document.sections.finding import value


def test_energy_is_that_of_the_way_that_is_paid(made: Report, small: Answers) -> None:
    assert small.tco is not None
    host = next(h for h in small.tco.self_hosting if h.name == "on demand")
    assert host.energy is not None
    assert value(made, "energy.kwh_per_month") == host.energy.kwh_per_month
    assert value(made, "energy.kg_co2_per_month") == host.energy.kg_co2_per_month


def test_a_rack_of_a_reference_machine_has_its_power(small: Answers) -> None:
    assert small.tco is not None
    drawn = small.tco.self_hosting[0].energy
    assert drawn is not None
    facts = energy(drawn, reference_nodes()["b200", 8], Cited()).blocks[0]
    assert isinstance(facts, Facts)
    found = {figure.key: figure.value for figure in facts.figures}
    assert found["energy.machines_per_rack"] == 4
    assert found["energy.kw_per_rack"] == pytest.approx(4 * 14.3)
