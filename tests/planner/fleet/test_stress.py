from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.fleet.answer import FleetPlan
from planner.fleet.problem import Fleet
from planner.fleet.solve import solve
from planner.fleet.stress import holds_times, stressed
from tests.consistency.drawn import at_random
from tests.planner.fleet.conftest import problem


def test_how_far_two_kinds_hold_is_what_they_serve_together() -> None:
    # 3 units of 2 requests a second and 1 of 5 for 8: 11 / 8.
    p = problem([1.0, 2.0], [[2.0, 5.0]], [[8.0]])
    assert holds_times(p, np.array([[3.0], [1.0]])) == pytest.approx(11 / 8)


def test_the_busiest_period_and_the_spares_bind() -> None:
    p = problem([1.0], [[2.0]], [[4.0, 8.0]], spare=np.array([1.0]))
    assert holds_times(p, np.array([[5.0, 5.0]])) == pytest.approx((5 - 1) * 2 / 8)


def test_spot_machines_serve_no_more_than_their_share() -> None:
    p = problem([1.0, 3.0], [[1.0, 1.0]], [[10.0]], spot=np.array([True, False]), max_spot_share=0.4)
    assert holds_times(p, np.array([[40.0], [6.0]])) == pytest.approx(1.0)


def test_more_load_by_hand() -> None:
    """Five units serve 5; half as much again takes three more, and none is within a budget of seven dollars."""
    p = problem([1.0], [[1.0]], [[5.0]])
    bought = solve(p)
    assert isinstance(bought, Fleet)
    s = stressed(p, bought)
    assert (s.load_times, s.holds_times) == (1.5, pytest.approx(1.0))
    assert s.extended_usd_per_hour == s.replanned_usd_per_hour == pytest.approx(8.0)
    tight = problem([1.0], [[1.0]], [[5.0]], max_usd_per_hour=7.0)
    assert stressed(tight, bought).replanned_usd_per_hour is None


@at_random(8, 200)
@given(seed=st.integers(0, 10**9))
def test_a_fleet_holds_its_load_and_adding_costs_no_less_than_planning_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = problem(rng.uniform(1, 10, 4), rng.uniform(1, 8, (2, 4)), rng.uniform(1, 20, (2, 2)),
                steady=rng.random(4) < 0.5, spare=rng.choice([0.0, 1.0], 4))  # fmt: skip
    bought = solve(p)
    assert isinstance(bought, Fleet)
    s = stressed(p, bought)
    assert s.holds_times >= 1.0 - 1e-6
    assert s.extended_usd_per_hour is not None
    assert s.replanned_usd_per_hour is not None
    assert s.extended_usd_per_hour >= s.replanned_usd_per_hour - 1e-5
    assert s.extended_usd_per_hour >= bought.usd_per_hour - 1e-5
    served = solve(problem(p.usd_per_hour, p.capacity, p.load * (s.holds_times - 1e-6), steady=p.steady,
                           spare=p.spare, least=bought.units))  # fmt: skip
    assert isinstance(served, Fleet)
    assert served.usd_per_hour == pytest.approx(bought.usd_per_hour, abs=1e-5)


def test_a_plan_says_how_far_it_holds(base: FleetPlan) -> None:
    assert base.stress.holds_times >= 1.0 - 1e-6
    assert base.stress.extended_usd_per_hour is not None
    assert base.stress.replanned_usd_per_hour is not None
    assert base.stress.extended_usd_per_hour >= base.usd_per_hour
