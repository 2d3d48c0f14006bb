"""The fit's derivatives: what it climbs by is the slope of what it predicts."""

from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.least_squares import FIGURES, FitProblem, Target, log_errors, solve
from planner.calibration.run import problem_of
from planner.catalogs import Catalogs
from planner.evidence.points import read_points
from planner.evidence.predict import features
from planner.evidence.serving import evidence_rows, measured
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import POINT

SHIPPED = Coefficients.shipped()


def test_the_fit_recovers_a_known_factor(catalogs: Catalogs) -> None:
    rows = [POINT | {"concurrency": str(c), "isl": str(i)} for c in (1, 4, 16, 64) for i in (200, 1000, 4000)]
    batches, errors, _ = read_points(rows, catalogs)
    assert not errors
    points = next(iter(batches.values())).points
    count = len(points)
    nothing, weight = np.full(count, np.nan), np.full(count, 30.0)

    def problem_on(tpot_s: Array) -> FitProblem:
        return FitProblem([features(points, SHIPPED)], Target(nothing, tpot_s, nothing, weight), SHIPPED)

    first = problem_on(np.ones(count))
    truth = np.zeros(len(first.keys))
    truth[first.keys.index(("term", "linear", "fixed"))] = 0.7
    problem = problem_on(np.exp(first.predict(truth, 3.0)[1]))
    assert np.abs(log_errors(problem, np.zeros(len(truth)), 3.0)["tpot_s"]).max() > 0.04
    found = solve(problem, np.ones(count, dtype=bool), 3.0)
    assert np.abs(log_errors(problem, found, 3.0)["tpot_s"]).max() < 0.04


@pytest.fixture(scope="module")
def problem(catalogs: Catalogs) -> FitProblem:
    """Some points of every source: closed loops, bursts, several engines and GPUs."""
    return problem_of(measured(evidence_rows()[::45], catalogs), SHIPPED)


def jacobian(problem: FitProblem, slopes: Array) -> Array:
    """Derivatives by the unknowns, figures x points x unknowns, from those by factors."""
    out = np.zeros((*slopes.shape[:2], len(problem.keys) + 1))
    points = np.arange(problem.count)
    for f, columns in enumerate([*problem.index.values(), *problem.client.values()]):
        for column in columns:
            out[:, points, column] += slopes[:, :, f]
    return out[:, :, :-1]


def test_slopes_are_those_of_the_prediction(problem: FitProblem) -> None:
    x, exponent = 0.05 * np.sin(np.arange(len(problem.keys))), SHIPPED.operators.roof_exponent
    base, slopes = problem.slopes(x, exponent)
    expected = jacobian(problem, slopes)
    for k in range(0, len(x), 29):
        moved = x.copy()
        moved[k] += 1e-4
        assert (problem.predict(moved, exponent) - base) / 1e-4 == pytest.approx(expected[:, :, k], abs=2e-3)


def test_sums_over_points_alike_are_those_over_points(problem: FitProblem) -> None:
    rng = np.random.default_rng(3)
    _, slopes = problem.slopes(np.zeros(len(problem.keys)), SHIPPED.operators.roof_exponent)
    errors = rng.normal(size=slopes.shape[0] * slopes.shape[1])
    curvature, gradient = problem.gathered(slopes.reshape(-1, slopes.shape[2]), errors)
    whole = jacobian(problem, slopes).reshape(len(errors), -1)
    assert len(errors) == len(FIGURES) * problem.count
    np.testing.assert_allclose(curvature, whole.T @ whole, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(gradient, whole.T @ errors, rtol=1e-9, atol=1e-9)
    assert problem.alike.max() + 1 < problem.count
