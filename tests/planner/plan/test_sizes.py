from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.explore import Explored, explore, wider
from planner.plan.sizes import MOST_KNOWN, Sizes
from tests.planner.conftest import chat_request


def test_any_number_of_replicas_leads_and_what_is_not_dearer_is_left_out(explored: Explored) -> None:
    first, sizes = explored.answer, Sizes(explored)
    assert isinstance(first, Plan)
    option = sizes.options(1)[0]
    assert option.needed == first.cluster.replicas
    for count in (option.needed - 1, option.needed + 3):
        larger = sizes.winning(option, count)
        assert isinstance(larger.answer, Plan)
        c = larger.answer.cluster
        assert (c.replicas, c.replica) == (count, first.cluster.replica)
        assert c.model_dump() == sizes.cluster(option, count).model_dump()
        assert c.cost.usd_per_hour == pytest.approx(sizes.usd_per_hour(option, count))
        assert all(r.cluster.cost.usd_per_hour > c.cost.usd_per_hour for r in larger.answer.runners_up)


def test_the_most_replicas_below_a_price_are_found(explored: Explored) -> None:
    sizes = Sizes(explored)
    for option in sizes.options(6):
        count = sizes.most_below(option, 20.0, 1000)
        assert sizes.usd_per_hour(option, count) < 20.0 <= sizes.usd_per_hour(option, count + 1)
    assert sizes.most_below(option, 20.0, 2) == 2
    assert sizes.most_below(option, 0.001, 1000) == 0


def test_designs_come_by_price_and_more_replicas_are_less_strained(explored: Explored) -> None:
    sizes = Sizes(explored)
    options = sizes.options(20)
    prices = [sizes.usd_per_hour(option, option.needed) for option in options]
    assert prices == sorted(prices)
    needed, more = (sizes.strain([(option, option.needed + extra) for option in options]) for extra in (0, 2))
    assert all(0.0 <= b <= a + 1e-6 for a, b in zip(needed, more, strict=True))


def test_a_wider_look_holds_more_designs_and_the_same_winner(context: Context) -> None:
    explored = explore(chat_request(), context)
    more = wider(explored, 12)
    assert explored.found is not None
    assert more.found is not None
    usd, count = more.found.usd_per_hour, len(more.found.prepared.designs)
    assert count > len(explored.found.prepared.designs)
    assert (usd > explored.looked_up_to_usd).any()
    assert more.answer.cluster.cost == explored.answer.cluster.cost  # type: ignore[union-attr]


def test_prices_that_were_worked_out_at_once_are_those_of_the_clusters(explored: Explored) -> None:
    sizes = Sizes(explored)
    for option in sizes.options(3):
        for count in (1, option.needed, MOST_KNOWN, MOST_KNOWN + 1):
            assert sizes.usd_per_hour(option, count) == sizes.cluster(option, count).cost.usd_per_hour


def test_machines_and_replica_are_those_of_the_cluster(explored: Explored) -> None:
    sizes = Sizes(explored)
    for option in sizes.options(5):
        c = sizes.cluster(option, option.needed + 1)
        assert sizes.machine(option, option.needed + 1) == c.machine
        assert sizes.replica(option) == c.replica
        assert sizes.placed(option, option.needed + 1)[1] == c.machine.count


def test_how_far_limits_break_is_the_same_alone_and_beside_others(explored: Explored) -> None:
    options = Sizes(explored).options(20)
    sized = [(option, option.needed) for option in options]
    together, alone = Sizes(explored), Sizes(explored)
    assert together.strain(sized) == [alone.strain([each])[0] for each in sized] == together.strain(sized)


@given(usd=st.floats(0.01, 500.0), most=st.integers(0, 2 * MOST_KNOWN), at=st.integers(0, 63))
def test_the_most_replicas_below_a_price_are_those_of_all_prices(
    explored: Explored, usd: float, most: int, at: int
) -> None:
    sizes = Sizes(explored)
    options = sizes.options(64)
    option = options[at % len(options)]
    below = [n for n in range(1, most + 1) if sizes.usd_per_hour(option, n) < usd * (1.0 - 1e-9)]
    assert Sizes(explored).most_below(option, usd, most) == len(below) == max(below, default=0)
