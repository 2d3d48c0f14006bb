from __future__ import annotations

import pytest

from hardware_db.ownership import terms_with
from hardware_db.servers import servers
from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.energy import cluster_energy, energy
from planner.plan.explore import explore
from planner.request.request import Scope
from tests.planner.conftest import chat_request

TERMS = {name: term.value for name, term in terms_with({}).items()}


def test_by_hand_in_germany() -> None:
    """10 kW, half busy: 10 x (0.2 + 0.5 x 0.5) = 4.5 kW; x 1.4 x 730.5 h = 4,602.15 kWh; x 342 g = 1,573.9 kg."""
    found = energy(10.0, "stated", 1, 0.5, Scope(grid="germany"), TERMS, own=True)
    assert (found.idle_kw, found.busy_kw, found.mean_kw) == pytest.approx((2.0, 7.0, 4.5))
    assert found.kwh_per_month == pytest.approx(4602.15)
    assert found.kg_co2_per_month == pytest.approx(4602.15 * 0.342, abs=0.01)
    assert found.usd_per_month == pytest.approx(460.215, abs=0.006)
    assert "2024" in found.grid_source


def test_a_stated_grid_counts_and_an_unstated_one_is_said_to_be_assumed() -> None:
    stated = energy(1.0, "", 1, 0.0, Scope(grid_g_per_kwh=100.0), TERMS, own=False)
    assert (stated.grid, stated.g_co2_per_kwh, stated.usd_per_month) == ("stated", 100.0, None)
    assert energy(1.0, "", 1, 0.0, Scope(), TERMS, own=False).grid == "world (assumed)"


def test_the_machine_counts_and_not_only_its_accelerators(context: Context) -> None:
    scope = {"gpus": ["L40S"], "formats": ["fp8"], "on_premises": True}
    request = chat_request(model="meta-llama/Llama-3.1-8B-Instruct", scope=scope, sla={})
    answer = explore(request, context).answer
    assert isinstance(answer, Plan)
    gpu = context.catalogs.hardware.accelerator("L40S")
    found = cluster_energy(answer.cluster, request, gpu, context.catalogs.hardware.accelerators)
    assert found is not None
    server = next(s for s in servers() if s.gpu == "l40s" and s.gpus == 1)
    assert found.busy_kw == pytest.approx(0.7 * server.kw.value)
    assert gpu.tdp_w is not None
    assert server.kw.value > gpu.tdp_w / 1e3
    assert found.load == pytest.approx(answer.cluster.utilization)


def test_spare_replicas_are_idle(context: Context) -> None:
    """One busy replica and a spare one on machines of their own: the energy of one of each."""
    found = []
    gpu, known = context.catalogs.hardware.accelerator("L40S"), context.catalogs.hardware.accelerators
    scope = {"gpus": ["L40S"], "formats": ["fp8"], "on_premises": True, "max_gpus_per_replica": 1}
    for spare in (0, 1):
        request = chat_request(
            model="meta-llama/Llama-3.1-8B-Instruct", traffic={"rate_per_s": 1.0}, limits={"spare_replicas": spare},
            scope=scope, sla={},
        )  # fmt: skip
        answer = explore(request, context).answer
        assert isinstance(answer, Plan)
        assert answer.cluster.machine.count == 1 + spare
        found.append((answer.cluster, cluster_energy(answer.cluster, request, gpu, known)))
    (one, alone), (two, beside) = found
    assert alone is not None
    assert beside is not None
    assert beside.mean_kw == pytest.approx(alone.mean_kw + alone.idle_kw)
    assert one.power_kw is not None
    assert two.power_kw is not None
    assert one.power_kw < two.power_kw < 2.0 * one.power_kw
