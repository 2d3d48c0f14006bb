from __future__ import annotations

import numpy as np

from hardware_db.ownership import default_terms
from planner.plan.context import Context
from planner.request.request import Request
from planner.tco.held import held_ways
from planner.tco.hosting import Stalls, stalls
from planner.tco.request import parse_tco
from tests.planner.tco.conftest import BASE


def asked(context: Context, rate: float, **changes: object) -> tuple[Request, Stalls]:
    request, _ = parse_tco({**BASE, "traffic": {"rate_per_s": rate}, **changes})
    terms = default_terms()
    found = stalls(request, context.catalogs, context.coefficients, ("on_demand", "spot"), ("H100",), True, terms)
    assert found is not None
    return request, found


def test_each_way_takes_the_machines_that_hold_at_the_volume_and_one_more_above(context: Context) -> None:
    for rate in (20.0, 61.0):
        request, shop = asked(context, rate)
        found = held_ways(shop, request, context)
        assert [way.name for way in found] == ["on demand", "spot", "owned"]
        for way in found:
            assert way.simulated
            assert way.machines(np.asarray(rate)) == way.cluster.machine.count
            most = way.capacity_per_s * way.serving
            assert way.machines(np.asarray(1.001 * most)) == way.cluster.machine.count + way.unit


def test_a_way_that_no_limit_allows_is_left_out(context: Context) -> None:
    request, shop = asked(context, 20.0, limits={"max_usd_per_hour": 0.01})
    assert held_ways(shop, request, context) == []
