from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.candidate import details
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.shortlist import Entry, shortlist, shortlist_below
from planner.plan.sizes import Sizes
from planner.request.request import Request
from tests.planner.conftest import chat_request


def test_the_shortlist_begins_with_the_winner(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    entries, won = shortlist(explored), explored.answer.cluster
    best = entries[0]
    assert (best.gpu, best.weights, best.kv, best.replicas) == (
        won.machine.gpu, won.replica.weight_format, won.replica.kv_format, won.replicas,
    )  # fmt: skip
    assert best.usd_per_hour == pytest.approx(won.cost.usd_per_hour)
    assert best.usd_per_month == pytest.approx(won.cost.usd_per_month)
    assert best.tpot_p95_s == pytest.approx(won.latency.tpot_s.p95)
    assert [e.usd_per_hour for e in entries] == sorted(e.usd_per_hour for e in entries)
    assert len({(e.gpu, e.weights, e.kv) for e in entries}) == len(entries)


def alone(request: Request, entry: Entry, context: Context) -> Entry:
    """The first of a plan of the GPU and formats of an entry only."""
    scope = {"gpus": (entry.gpu,), "formats": (entry.weights,), "kv_formats": (entry.kv,)}
    asked = request.model_copy(update={"scope": request.scope.model_copy(update=scope)})
    return shortlist(explore(asked, context))[0]


def test_each_costs_what_a_plan_of_its_gpu_and_formats_alone_does(context: Context) -> None:
    """Whatever the simulation chose: others that cost no more are not shown on a dearer machine instead."""
    request = chat_request()
    explored = explore(request, context)
    sizes = Sizes(explored)
    option = sizes.options(12)[-1]
    chosen = sizes.winning(option, option.needed + 2)
    entries, cheap = shortlist(chosen), shortlist(explored)
    assert entries[0].index == chosen.winner
    assert entries[0].usd_per_hour == pytest.approx(sizes.usd_per_hour(option, option.needed + 2))
    assert len({(e.gpu, e.weights, e.kv) for e in entries}) == len(entries) == len(cheap)
    before = {(e.gpu, e.weights, e.kv): e.usd_per_hour for e in cheap}
    assert all(before[e.gpu, e.weights, e.kv] == e.usd_per_hour for e in entries[1:])
    assert entries[1].usd_per_hour < entries[0].usd_per_hour
    assert details(chosen, entries[1].index).loses_on.endswith("which no simulation has confirmed")
    for entry in (*entries[1:3], *entries[3 :: len(entries) // 8]):
        assert alone(request, entry, context).usd_per_hour == pytest.approx(entry.usd_per_hour)


@pytest.mark.parametrize("share", [0.5, 1.0, 1.3, 3.0, 1e9])
def test_up_to_a_price_it_is_the_same(explored: Explored, share: float) -> None:
    whole = shortlist(explored)
    usd = share * whole[0].usd_per_hour
    below = [each for each in whole if each.usd_per_hour < usd]
    found = shortlist_below(explored, usd)
    assert [(e.usd_per_hour, e.weights, e.kv) for e in found] == [(e.usd_per_hour, e.weights, e.kv) for e in below]
