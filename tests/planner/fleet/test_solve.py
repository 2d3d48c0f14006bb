from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from planner.fleet.problem import Fleet, FleetProblem, NoFleet, usage
from planner.fleet.solve import solve
from tests.consistency.drawn import at_random
from tests.planner.fleet.conftest import problem

TOP = 6


def brute_force(p: FleetProblem) -> float:
    """Least dollars over all counts up to TOP of one period; shares by a linear program."""
    count, workloads, _ = p.shape
    able = np.argwhere(p.capacity > 0)
    best = np.inf
    if (p.capacity <= 0).all(axis=1).any():
        return best
    for counts in itertools.product(range(TOP + 1), repeat=count):
        units = np.array(counts, dtype=float)
        usd = float(p.usd_per_hour @ units)
        used = usage(p, units[:, None])
        beyond = used["gpus"][0] > p.max_gpus or used["power_kw"][0] > p.max_power_kw or usd > p.max_usd_per_hour
        if usd >= best or beyond or (used["machines"][:, 0] > p.inventory).any():
            continue
        room = np.where(units > 0, units - p.spare, 0.0)
        if (room < 0).any():
            continue
        rows = [[-p.capacity[w, j] if w == i else 0.0 for w, j in able] for i in range(workloads)]
        rows += [[1.0 if j == i else 0.0 for _, j in able] for i in range(count)]
        found = linprog(np.zeros(len(able)), A_ub=rows, b_ub=[*(-p.load[:, 0]), *room])
        if found.status == 0:
            best = usd
    return best


@at_random(40, 300)
@given(seed=st.integers(0, 10**9))
def test_the_solver_equals_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, workloads = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    capacity = np.round(rng.uniform(1, 8, (workloads, count)), 2) * (rng.random((workloads, count)) > 0.2)
    p = problem(
        np.round(rng.uniform(1, 10, count), 2), capacity, np.round(rng.uniform(1, 8, (workloads, 1)), 2),
        gpus=rng.integers(1, 9, count).astype(float), power_kw=np.round(rng.uniform(0.3, 8, count), 1),
        inventory=np.where(rng.random(count) < 0.3, rng.integers(1, 4, count), np.inf),
        spare=rng.choice([0.0, 0.0, 1.0, 0.5], count),
        max_gpus=float(rng.choice([np.inf, 8, 16])), max_power_kw=float(rng.choice([np.inf, 12])),
        max_usd_per_hour=float(rng.choice([np.inf, 20.0])),
    )  # fmt: skip
    answer, least = solve(p), brute_force(p)
    if isinstance(answer, NoFleet):
        assert least == np.inf
    else:
        assert answer.proven
        assert answer.usd_per_hour <= least + 1e-6
        if answer.units.max() <= TOP:
            assert answer.usd_per_hour == pytest.approx(least, abs=1e-6)


def test_melange_example_with_throughputs_given() -> None:
    """Melange [Griggs 2024], its A10G / A100-80GB example: four buckets of 30 requests a second in all."""
    capacity = [[2.0, 20.0], [1.0, 20.0], [5.0, 40.0], [1.0, 20.0]]
    answer = solve(problem([1.01, 3.67], capacity, [[7.5]] * 4))
    assert isinstance(answer, Fleet)
    assert answer.units[:, 0].tolist() == [3.0, 1.0]
    assert answer.usd_per_hour == pytest.approx(6.70)


def test_reserved_base_and_on_demand_peaks() -> None:
    load = [[2.0, 10.0]]
    p = problem([1.0, 1.5], [[1.0, 1.0]], load, steady=np.array([True, False]), hours=np.array([0.75, 0.25]))
    answer = solve(p)
    assert isinstance(answer, Fleet)
    assert answer.units.tolist() == [[2.0, 2.0], [0.0, 8.0]]
    assert answer.usd_per_hour == pytest.approx(2.0 + 0.25 * 8 * 1.5)


def test_spot_share_is_of_each_workload() -> None:
    p = problem([1.0, 3.0], [[1.0, 1.0]], [[10.0]], spot=np.array([True, False]), max_spot_share=0.4)
    answer = solve(p)
    assert isinstance(answer, Fleet)
    assert answer.units[:, 0].tolist() == [4.0, 6.0]


def test_changes_cost_and_ties_keep_the_first() -> None:
    base = problem([2.0, 2.0], [[1.0, 1.0]], [[3.0]])
    answer = solve(base)
    assert isinstance(answer, Fleet)
    assert answer.units[:, 0].tolist() == [3.0, 0.0]
    running = problem([2.0, 2.0], [[1.0, 1.0]], [[3.0]], current=np.array([0.0, 3.0]), usd_per_change=0.1)
    kept = solve(running)
    assert isinstance(kept, Fleet)
    assert kept.units[:, 0].tolist() == [0.0, 3.0]
    assert kept.usd_of_changes == 0.0


def test_nothing_serves_is_an_answer() -> None:
    assert isinstance(solve(problem([1.0], [[0.0]], [[1.0]])), NoFleet)
    short = solve(problem([1.0], [[1.0]], [[5.0]], inventory=np.array([3.0])))
    assert isinstance(short, NoFleet)
    assert short.proven


def test_twelve_workloads_and_five_hundred_candidates_prove_or_say_their_gap() -> None:
    rng = np.random.default_rng(0)
    capacity = rng.uniform(0.5, 8, (12, 500))
    p = problem(capacity.mean(axis=0) * rng.uniform(0.5, 1.5, 500), capacity, rng.uniform(5, 50, (12, 1)))
    answer = solve(p)
    assert isinstance(answer, Fleet)
    assert answer.gap < (1e-3 if answer.proven else 0.5)
    served = (answer.share[:, :, 0] * capacity).sum(axis=1)
    assert (served >= p.load[:, 0] - 1e-6).all()
    assert (answer.share[:, :, 0].sum(axis=0) <= answer.units[:, 0] + 1e-6).all()


def test_workloads_are_served_where_least_of_the_units_is_used() -> None:
    """Two units stand for one workload that either serves alone; the faster one takes what it can."""
    p = problem([1.0, 2.0], [[1.0, 3.0]], [[3.5]])
    answer = solve(p)
    assert isinstance(answer, Fleet)
    assert answer.units[:, 0].tolist() == [1.0, 1.0]
    assert answer.share[0, :, 0].tolist() == pytest.approx([0.5, 1.0])


@at_random(8, 200)
@given(seed=st.integers(0, 10**9))
def test_noise_of_rounding_moves_no_share(seed: int) -> None:
    rng = np.random.default_rng(seed)
    usd, capacity, load = rng.uniform(1, 10, 5), rng.uniform(1, 8, (3, 5)), rng.uniform(1, 20, (3, 2))
    answers = [solve(problem(usd, capacity * noise, load)) for noise in (1.0, 1.0 + 1e-13)]
    assert all(isinstance(answer, Fleet) for answer in answers)
    first, second = (answer.share for answer in answers if isinstance(answer, Fleet))
    assert np.abs(first - second).max() < 1e-6


def test_a_small_load_beside_a_large_one_is_served() -> None:
    """A thousandth of a request a second is a millionth of a unit, which the solver tells from nothing by a margin."""
    for load in (1e-3, 1e-6, 1e-9):
        p = problem([1.0, 2.0], [[1000.0, 0.0], [0.0, 5.0]], [[load], [20.0]])
        answer = solve(p)
        assert isinstance(answer, Fleet)
        assert answer.units[:, 0].tolist() == [1.0, 4.0]
        assert (answer.share[:, :, 0] * p.capacity).sum(axis=1).tolist() == pytest.approx([load, 20.0])


def test_no_load_needs_no_machine() -> None:
    answer = solve(problem([1.0], [[2.0]], [[0.0, 4.0]], steady=np.array([False])))
    assert isinstance(answer, Fleet)
    assert answer.units.tolist() == [[0.0, 2.0]]


def test_what_is_steady_stays_so_where_units_must_be_bought() -> None:
    """Units that a period must have are there in all of them."""
    p = problem([1.0], [[2.0]], [[2.0, 2.0]], steady=np.array([True]), least=np.array([[1.0, 3.0]]))
    found = solve(p)
    assert isinstance(found, Fleet)
    assert found.units.tolist() == [[3.0, 3.0]]
