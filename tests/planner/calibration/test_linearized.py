"""A fold linearized at its solution, against the fold itself."""

from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.least_squares import FIGURES, FitProblem, log_errors, solve
from planner.calibration.linearized import LinearizedFold, linearized
from planner.formulas.types import Array
from tests.planner.calibration.conftest import EXPONENT


@pytest.fixture(scope="module")
def left_out(tiny_problem: FitProblem) -> Array:
    """The points of most clients."""
    return np.arange(tiny_problem.count) >= 9


@pytest.fixture(scope="module")
def optimum(tiny_problem: FitProblem, left_out: Array) -> Array:
    return solve(tiny_problem, ~left_out, EXPONENT)


@pytest.fixture(scope="module")
def fold(tiny_problem: FitProblem, left_out: Array, optimum: Array) -> LinearizedFold:
    return linearized(tiny_problem, "pair", left_out, optimum, EXPONENT)


def test_errors_under_the_same_widths_are_those_of_the_solved_fold(
    tiny_problem: FitProblem, left_out: Array, optimum: Array, fold: LinearizedFold
) -> None:
    errors, _ = fold.moved(np.zeros(len(tiny_problem.keys)))
    expected = log_errors(tiny_problem, optimum, EXPONENT)
    assert np.isfinite(errors[1]).all()
    np.testing.assert_allclose(errors, [expected[name][left_out] for name in FIGURES], rtol=1e-9, atol=1e-12)


def test_errors_under_other_widths_are_near_those_of_a_fold_solved_again(
    tiny_problem: FitProblem, left_out: Array, fold: LinearizedFold, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves = 0.4 * np.cos(np.arange(len(tiny_problem.keys)))
    widths = tiny_problem.sigma() * np.exp(moves)
    before, _ = fold.moved(np.zeros(len(moves)))
    found, _ = fold.moved(moves)
    monkeypatch.setattr(tiny_problem, "sigma", lambda: widths)
    again = solve(tiny_problem, ~left_out, EXPONENT)
    expected = log_errors(tiny_problem, again, EXPONENT)["tpot_s"][left_out]
    change = np.abs(expected - before[1])
    assert change.max() > 0.003
    assert np.abs(expected - found[1]).max() < 0.25 * change.max()


def test_only_unknowns_that_the_data_move_are_solved_for(tiny_problem: FitProblem, fold: LinearizedFold) -> None:
    moved = {tiny_problem.keys[i] for i in fold.unknowns}
    assert ("term", "linear", "fixed") in moved
    assert 0 < len(moved) < len(tiny_problem.keys)


def test_the_gradient_is_that_of_finite_differences(tiny_problem: FitProblem, fold: LinearizedFold) -> None:
    count = len(tiny_problem.keys)
    moves, pull = 0.3 * np.sin(np.arange(count)), np.zeros(fold.errors.shape)
    pull[1] = np.linspace(-1.0, 2.0, fold.errors.shape[1])
    gradient = fold.moved(moves)[1](pull)

    def value(at: Array) -> float:
        return float(pull[1] @ fold.moved(at)[0][1])

    expected = [(value(moves + step) - value(moves - step)) / 2e-5 for step in 1e-5 * np.eye(count)]
    assert np.abs(gradient).max() > 1e-3
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-9)
