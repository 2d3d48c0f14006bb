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


@pytest.fixture
def problem(with_own: Catalogs) -> OwnProblem:
    (batch,) = read_points(asked(), with_own)[0].values()
    found = predict(batch.points, C)
    slow = Target(1.3 * found.ttft_s, 1.3 * found.tpot_s, found.output_tok_s / 1.3, np.full(len(batch.points), WEIGHT))
    return own_problem(batch.points, slow, C)


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
