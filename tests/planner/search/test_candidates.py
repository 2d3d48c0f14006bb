from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.load.demand import Demand
from planner.load.latency import latency_of
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.idle import idle_figures
from planner.plan.scope import scope_designs
from planner.request.request import Request
from planner.search import candidates
from planner.search.candidates import _first, evaluate, meets, within_limits
from planner.search.market import Market, market
from planner.search.prepared import BATCH_LIMITS, Prepared, prepare
from planner.search.search import search
from tests.planner.conftest import chat_request

SHIPPED = Coefficients.shipped()

MOST_REPLICAS = 60


def machines_of(replicas: int, size: int, ranks: int, rented: Market, offer: int) -> float:
    """Machines for replicas of `size` GPUs, `ranks` of them in one machine or in several full ones; infinite where they
    have no place."""
    machine, whole = int(rented.size[offer]), size % int(rented.size[offer]) == 0
    full = rented.gpus[rented.gpu[offer]].joined.inside.machine
    if ranks > machine and not (ranks > full <= machine and whole and rented.wide[offer]):
        return np.inf
    if ranks <= machine < size and not (whole and rented.networked[offer]):
        return np.inf
    return -(-replicas // (machine // size)) if size <= machine else replicas * size / machine


def least_usd_per_hour(prepared: Prepared, rented: Market, wanted: Request) -> float:
    """Dollars of the cheapest candidate that `meets` says is feasible: every design, limit, count and offer in turn."""
    d, least = prepared.designs, np.inf
    counts = np.arange(1, MOST_REPLICAS + 1)
    for design in range(len(d)):
        size, ranks = int(d.gpus_per_replica[design]), int(d.tp[design] * d.dp[design])
        offers = np.flatnonzero(rented.gpu == d.gpu[design])
        met = np.zeros(len(counts), dtype=bool)  # with any batch limit: it costs nothing
        for slots in prepared.slots[design, : len(BATCH_LIMITS)]:
            rows = np.full(len(counts), design)
            figures = latency_of(prepared.curves, rows, wanted.traffic.peak_per_s / counts, np.full(len(counts), slots))
            met |= meets(figures, wanted.sla)
        for replicas in counts[met].tolist():
            for offer in offers:
                usd = machines_of(replicas, size, ranks, rented, int(offer)) * float(rented.usd_per_hour[offer])
                least = min(least, usd)
    return least


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"traffic": {"rate_per_s": 31.0}, "sla": {"tpot_p95_s": 0.03}},
        {"traffic": {"rate_per_s": 3.0, "cv": 2.0}, "sla": {"ttft_p99_s": 0.8, "e2e_p95_s": 12.0}},
        {"traffic": {"rate_per_s": 5.0, "levels": [[0.5, 0.8], [3.0, 0.2]], "window_s": 600}},
    ],
)
def test_the_search_equals_brute_force(catalogs: Catalogs, context: Context, change: dict[str, Any]) -> None:
    """The winner costs what the cheapest of all feasible candidates costs."""
    scope = {"gpus": ["H100", "L40S"], "formats": ["fp8", "awq_int4_g128"], "max_gpus_per_replica": 4}
    wanted = chat_request(**change, scope=scope)
    rented, _, prepared = context.prepared(wanted, catalogs.models.find(str(wanted.model)).model)
    least = least_usd_per_hour(prepared, rented, wanted)
    answer = explore(wanted, context).answer
    assert isinstance(answer, Plan)
    assert answer.cluster.replicas < MOST_REPLICAS
    assert answer.cluster.cost.usd_per_hour == pytest.approx(least)
    for found in (evaluate(prepared, rented, wanted), search(prepared, rented, wanted, best=4)):
        assert found.usd_per_hour[found.feasible].min() == pytest.approx(least)


def test_a_candidate_costs_its_machines_at_their_price(catalogs: Catalogs) -> None:
    wanted = chat_request(scope={"gpus": ["H100", "L40S", "A100-80GB"]})
    rented = market(catalogs.hardware, wanted.scope)
    model = catalogs.models.find(str(wanted.model)).model
    prepared = prepare(scope_designs(wanted, model, rented, catalogs), Demand.of(wanted), SHIPPED, confidence=0.8)
    found, d = evaluate(prepared, rented, wanted), prepared.designs
    rows = np.flatnonzero(found.feasible)
    assert len(rows) > 500
    for i in rows[:: len(rows) // 500]:
        design, offer = found.design[found.row[i]], found.offer[i]
        size, ranks = int(d.gpus_per_replica[design]), int(d.tp[design] * d.dp[design])
        machines = machines_of(int(found.replicas[found.row[i]]), size, ranks, rented, int(offer))
        assert found.machines[i] == machines
        assert found.usd_per_hour[i] == pytest.approx(machines * rented.usd_per_hour[offer])
        assert rented.gpus[rented.gpu[offer]].id == d.gpus[d.gpu[design]].id


@pytest.mark.parametrize("at_once", [1, 7, 500])
def test_candidates_are_the_same_however_many_are_priced_at_once(
    catalogs: Catalogs, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    wanted = chat_request(scope={"gpus": ["H100"]})
    rented, _, prepared = Context(catalogs, SHIPPED).prepared(wanted, catalogs.models.find(str(wanted.model)).model)
    whole = evaluate(prepared, rented, wanted)
    monkeypatch.setattr(candidates, "AT_ONCE", at_once)
    parts = evaluate(prepared, rented, wanted)
    assert len(whole) > at_once
    for name in ("row", "offer", "machines", "usd_per_hour", "feasible"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))


def test_several_replicas_that_serve_next_to_nothing_are_no_candidates(catalogs: Catalogs, context: Context) -> None:
    """A replica alone serves a rate that is next to nothing; for a higher one the same would be without number."""
    scope = {"gpus": ["L40S"], "formats": ["fp8"], "max_gpus_per_replica": 4}

    def found(rate: float, ttft_s: float) -> int:
        asked = chat_request(traffic={"rate_per_s": rate}, sla={"ttft_p95_s": ttft_s}, scope=scope)
        rented, _, prepared = context.prepared(asked, catalogs.models.find(str(asked.model)).model)
        return len(evaluate(prepared, rented, asked))

    wanted = chat_request(sla={"ttft_p95_s": 9.0}, scope=scope)
    _, _, prepared = context.prepared(wanted, catalogs.models.find(str(wanted.model)).model)
    idle_s = float(idle_figures(wanted, prepared)["ttft_p95_s"].min()) * (1.0 - 1e-4)
    assert found(8.0, idle_s) == 0
    assert found(1e-6, idle_s) > 0
    assert found(8.0, 1.2 * idle_s) > 0


@given(st.lists(st.lists(st.booleans(), min_size=63, max_size=63), min_size=1, max_size=8))
def test_halves_are_the_same_of_few_and_of_many_whatever_holds(held: list[list[bool]]) -> None:
    """Also where what holds at one index does not at the next."""
    table = np.array(held)

    def found(few: int) -> list[int]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(candidates, "FEW", few)
            return _first(lambda at, index: table[at, index], np.full(len(table), -1), np.full(len(table), 63)).tolist()

    assert found(0) == found(10_000)
    for row, least in zip(table, found(0), strict=True):
        assert least == 63 or row[least]
        assert least == 0 or not row[least - 1]


@pytest.mark.parametrize(("usd", "able"), [(1.65, True), (1.64999, False), (1.66, True)])
def test_a_budget_that_is_met_to_the_cent_is_kept(context: Context, usd: float, able: bool) -> None:
    """Three machines of 0.55 dollars come to 1.6500000000000001."""
    asked = chat_request(limits={"max_usd_per_hour": usd})
    rented = context.market(asked)
    kept = within_limits(asked, np.array([3.0]), np.array([3.0 * 0.55]), rented, np.array([0]))
    assert kept.tolist() == [able]
