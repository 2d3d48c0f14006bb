from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.plan.explore import scope_designs
from planner.search.candidates import evaluate, prepare
from planner.search.market import market
from tests.planner.conftest import chat_request


def test_the_search_equals_brute_force(catalogs: Catalogs) -> None:
    """No feasible candidate of the table is cheaper than the winner, and its cost is machines x price."""
    wanted = chat_request(scope={"gpus": ["H100", "L40S", "A100-80GB"]})
    rented = market(catalogs.hardware, wanted.scope)
    model = catalogs.models.find(str(wanted.model)).model
    prepared = prepare(scope_designs(wanted, model, rented), Demand.of(wanted), caution=1.25)
    found = evaluate(prepared, rented, wanted)
    for i in np.flatnonzero(found.feasible)[:500]:
        size = int(prepared.designs.gpus_per_replica[found.design[found.row[i]]])
        machine = int(rented.size[found.offer[i]])
        replicas = float(found.replicas[found.row[i]])
        per = max(1, machine // size)
        machines = -(-replicas // per) if size <= machine else replicas * size / machine
        assert found.machines[i] == machines
        assert found.usd_per_hour[i] == pytest.approx(machines * rented.usd_per_hour[found.offer[i]])
        assert (
            rented.gpus[rented.gpu[found.offer[i]]].id
            == prepared.designs.gpus[prepared.designs.gpu[found.design[found.row[i]]]].id
        )
