from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.plan.shortlist import shortlist


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
