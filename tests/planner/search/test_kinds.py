from __future__ import annotations

import numpy as np
import pytest

from planner.plan.explore import Explored
from planner.search.candidates import Candidates, evaluate
from planner.search.groups import kind_of
from planner.search.kinds import completed


def least(found: Candidates) -> dict[int, float]:
    """Dollars an hour of the cheapest of each kind."""
    kind, usd = kind_of(found)[found.feasible], found.usd_per_hour[found.feasible]
    return {int(k): float(usd[kind == k].min()) for k in np.unique(kind)}


def test_the_cheapest_of_each_kind_found_is_that_of_all_designs(explored: Explored) -> None:
    found = explored.found
    assert found is not None
    whole = completed(found, explored.prepared, explored.market, explored.request, explored.rated)
    every = least(evaluate(explored.prepared, explored.market, explored.request))
    assert least(found) != {kind: every[kind] for kind in least(found)}
    assert least(whole) == pytest.approx({kind: every[kind] for kind in least(found)})
    for name in ("offer", "machines", "usd_per_hour", "feasible"):
        assert np.array_equal(getattr(whole, name)[: len(found)], getattr(found, name))
    here = np.arange(len(found))
    assert np.array_equal(
        found.prepared.kept[found.design[found.row]], whole.prepared.kept[whole.design[whole.row[here]]]
    )
    last = whole.row[-1:]
    assert whole.latency(last).value("ttft", "p95") > 0.0


def test_what_is_whole_already_stays(explored: Explored) -> None:
    whole = evaluate(explored.prepared, explored.market, explored.request)
    assert completed(whole, explored.prepared, explored.market, explored.request, explored.rated) is whole


def test_up_to_a_price_the_same_are_found(explored: Explored) -> None:
    found = explored.found
    assert found is not None
    asked = (found, explored.prepared, explored.market, explored.request, explored.rated)
    whole = least(completed(*asked))
    for share in (1.0, 2.0, 5.0):
        usd = share * min(whole.values())
        some = least(completed(*asked, usd))
        cheap = {kind: each for kind, each in whole.items() if each <= usd}
        assert cheap == {kind: each for kind, each in some.items() if each <= usd}
