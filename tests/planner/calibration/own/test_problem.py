from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.least_squares import Target
from planner.calibration.own.problem import (
    WEIGHT,
    OwnProblem,
    errors_at,
    factors_of,
    fitted,
    left_out_errors,
    own_problem,
    places_of,
)
from planner.catalogs import Catalogs
from planner.evidence.points import read_points
from planner.evidence.predict import predict
from planner.physics.own import OwnFactors
from tests.planner.calibration.own.conftest import C, asked


def slower(catalogs: Catalogs, times: float) -> OwnProblem:
    """Runs that take `times` as long as predicted."""
    (batch,) = read_points(asked(), catalogs)[0].values()
    found = predict(batch.points, C)
    weight = np.full(len(batch.points), WEIGHT)
    target = Target(times * found.ttft_s, times * found.tpot_s, found.output_tok_s / times, weight)
    return own_problem(batch.points, target, C)


@pytest.fixture
def problem(with_own: Catalogs) -> OwnProblem:
    return slower(with_own, 1.3)


def test_without_own_factors_the_problem_predicts_what_stands(problem: OwnProblem) -> None:
    errors = errors_at(problem, np.zeros(len(problem.keys)))
    assert errors["tpot_s"] == pytest.approx(np.full(problem.count, -np.log(1.3)), abs=1e-6)


def test_prediction_and_fit_agree_on_the_factors(problem: OwnProblem, with_own: Catalogs) -> None:
    x = fitted(problem, np.ones(problem.count, dtype=bool))
    (batch,) = read_points(asked(), with_own)[0].values()
    own = C.with_own(OwnFactors(factors_of(problem, x), places_of(batch.points).runs))
    there = predict(batch.points, own).tpot_s
    assert np.log(there / problem.target.tpot_s) == pytest.approx(errors_at(problem, x)["tpot_s"], abs=1e-6)


def test_a_run_is_judged_by_the_others(problem: OwnProblem) -> None:
    outlier = problem.measured["tpot_s"].copy()
    outlier[0] += 1.0
    problem.measured["tpot_s"] = outlier
    left = left_out_errors(problem, np.arange(problem.count))
    inside = errors_at(problem, fitted(problem, np.ones(problem.count, dtype=bool)))
    assert abs(left["tpot_s"][0]) > abs(inside["tpot_s"][0])
    assert abs(left["tpot_s"][0]) > 0.7


def test_only_factors_of_the_place_are_unknown(problem: OwnProblem) -> None:
    assert all(key[1].endswith("made-up @ vllm") for key in problem.keys)


def test_of_a_large_difference_a_larger_share_passes_to_the_place(with_own: Catalogs) -> None:
    """As the prior has tails; normal priors pass the same share of all differences, and less of outliers."""
    shares = []
    for times in (1.03, 1.6):
        problem = slower(with_own, times)
        x = fitted(problem, np.ones(problem.count, dtype=bool))
        left = np.abs(errors_at(problem, x)["tpot_s"]).max()
        shares.append(1.0 - left / np.log(times))
    assert shares[1] > max(shares[0], 0.9)


def test_the_precision_is_the_slope_of_the_penalty(problem: OwnProblem) -> None:
    x = 0.3 * np.sin(1.0 + np.arange(len(problem.keys)))
    step = 1e-6
    slopes = [
        (problem.penalty(x + step * unit) - problem.penalty(x - step * unit)) / (2.0 * step) for unit in np.eye(len(x))
    ]
    assert slopes == pytest.approx(2.0 * problem.precision(x) * x, rel=1e-4, abs=1e-6)


def test_first_tokens_of_one_configuration_leave_the_client_terms_of_another(with_own: Catalogs) -> None:
    mine, other = asked(), asked(tp="2", gpus="2")
    (batch,) = read_points([*mine, *other], with_own)[0].values()
    found = predict(batch.points, C)
    late = np.where([p.split.tp == 1 for p in batch.points], 2.0 * found.ttft_s, np.nan)
    nothing = np.full(len(late), np.nan)
    problem = own_problem(batch.points, Target(late, nothing, nothing, np.full(len(late), WEIGHT)), C)
    x = fitted(problem, np.ones(problem.count, dtype=bool))
    moved = {key for key, value in zip(problem.keys, x, strict=True) if key[0] == "own client" and abs(value) > 1e-6}
    assert moved
    assert all(", tp1 @" in key[1] for key in moved)
