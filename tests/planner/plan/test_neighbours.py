from __future__ import annotations

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.plan.neighbours import between, usd_of, with_replicas


def test_more_replicas_of_the_winner_lead_and_what_is_not_dearer_is_left_out(explored: Explored) -> None:
    first = explored.answer
    assert isinstance(first, Plan)
    count = first.cluster.replicas + 3
    larger = with_replicas(explored, count)
    assert larger is not None
    answer = larger.answer
    assert isinstance(answer, Plan)
    assert (answer.cluster.replicas, answer.cluster.replica) == (count, first.cluster.replica)
    assert usd_of(larger) > usd_of(explored)
    assert all(r.cluster.cost.usd_per_hour > usd_of(larger) for r in answer.runners_up)


def test_candidates_between_two_prices_come_cheapest_first(explored: Explored) -> None:
    least = usd_of(explored)
    prices = [usd_of(other) for other in between(explored, least, 3.0 * least)]
    assert prices
    assert prices == sorted(prices)
    assert all(least <= price < 3.0 * least for price in prices)
