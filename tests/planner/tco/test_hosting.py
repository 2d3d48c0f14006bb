from __future__ import annotations

import numpy as np
import pytest

from hardware_db.ownership import default_terms
from planner.catalogs import Catalogs
from planner.formulas.time import HOURS_PER_MONTH
from planner.physics.coefficients import Coefficients
from planner.tco.hosting import ways
from planner.tco.request import parse_tco
from tests.planner.tco.conftest import BASE

SHIPPED = Coefficients.shipped()


def test_each_way_is_a_cluster_whose_lines_follow_its_machines(catalogs: Catalogs) -> None:
    request, _ = parse_tco(BASE)
    terms = default_terms()
    values = {name: term.value for name, term in terms.items()}
    found = {w.name: w for w in ways(request, catalogs, SHIPPED, ("on_demand", "1y_reserved"), ("H100",), True, terms)}
    assert set(found) == {"on demand", "1y reserved", "owned"}
    rented = found["on demand"]
    assert rented.lines(np.array(3.0), values)["rent"] == pytest.approx(3 * rented.usd_per_hour * HOURS_PER_MONTH)
    assert found["1y reserved"].cluster.machine.commitment == "1y_reserved"
    assert found["owned"].server is not None
    assert sum(map(float, found["owned"].lines(np.array(2.0), values).values())) > sum(
        map(float, found["owned"].lines(np.array(1.0), values).values())
    )


def test_machines_are_whole_and_never_none(catalogs: Catalogs) -> None:
    request, _ = parse_tco(BASE)
    (way,) = ways(request, catalogs, SHIPPED, ("on_demand",), (), False, default_terms())
    rates = np.array([0.0, 0.9, 1.1, 10.0]) * way.capacity_per_s * way.unit
    assert way.machines(rates) / way.unit == pytest.approx([1.0, 1.0, 2.0, 10.0])
