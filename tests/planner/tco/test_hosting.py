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


def test_spare_replicas_stand_by_at_every_volume(catalogs: Catalogs) -> None:
    request, _ = parse_tco({**BASE, "limits": {"spare_replicas": 2}, "scope": {"gpus": ["H100"], "formats": ["fp8"]}})
    (way,) = ways(request, catalogs, SHIPPED, ("on_demand",), (), False, default_terms())
    assert way.cluster.machine.gpus == way.cluster.replica.gpus
    assert (way.spare, way.serving) == (2, way.cluster.machine.count - 2)
    rates = np.array([0.0, 0.9, 1.1]) * way.capacity_per_s
    assert way.machines(rates).tolist() == [3.0, 3.0, 4.0]
    assert way.load(np.array(request.traffic.average_per_s), np.array(float(way.cluster.machine.count))) == (
        pytest.approx(way.cluster.utilization * way.serving / way.cluster.machine.count)
    )


@pytest.mark.parametrize(("rate", "gpus"), [(0.2, 1), (400.0, 8)])
def test_the_smallest_owned_machine_that_carries_the_load_is_bought(catalogs: Catalogs, rate: float, gpus: int) -> None:
    terms = default_terms()
    scope = {"gpus": ["L40S", "H100"], "formats": ["fp8"]}
    request, _ = parse_tco({**BASE, "traffic": {"rate_per_s": rate}, "scope": scope})
    (way,) = ways(request, catalogs, SHIPPED, (), (), True, terms)
    assert way.server is not None
    assert (way.name, way.server.gpus) == ("owned", gpus)
    assert way.cluster.machine.gpus == gpus
    values = {name: term.value for name, term in terms.items()}
    (large,) = ways(request, catalogs, SHIPPED, (), ("H100",), True, terms)
    assert large.server is not None
    assert large.server.gpus == 8
    mine, other = (sum(map(float, w.lines(w.machines(np.asarray(rate)), values).values())) for w in (way, large))
    assert mine < other or way.server == large.server


def test_a_price_of_low_confidence_is_taken_only_by_name(catalogs: Catalogs) -> None:
    request, _ = parse_tco({**BASE, "scope": {"gpus": ["B300"]}})
    assert ways(request, catalogs, SHIPPED, (), (), True, default_terms()) == []
    (way,) = ways(request, catalogs, SHIPPED, (), ("B300",), True, default_terms())
    assert way.cluster.machine.price_flags == ["low_confidence"]
