"""Points with made-up figures, as what is left out together depends on names only; tiny problems and folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from planner.calibration.least_squares import FitProblem, Target
from planner.calibration.linearized import LinearizedFold
from planner.catalogs import Catalogs
from planner.evidence.points import Point, read_point
from planner.evidence.predict import features
from planner.evidence.serving import MeasuredPoints
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import POINT

EXPONENT = 3.0


def points_of(catalogs: Catalogs, *cells: dict[str, str]) -> list[Point]:
    return [read_point(POINT | more, catalogs) for more in cells]


def evidence(points: Sequence[Point], sources: Sequence[str]) -> MeasuredPoints:
    """One measured point each of one second, one second and one token a second, of weight one."""
    ones = np.ones(len(points))
    rows = tuple(range(len(points)))
    return MeasuredPoints(tuple(points), rows, tuple(sources), ones, ones, ones, ones)


def of_load(point: Point, load: str) -> Point:
    return replace(point, load=load)


@pytest.fixture(scope="session")
def tiny_problem(catalogs: Catalogs) -> FitProblem:
    """Twelve points of one model whose TPOT comes of a known factor, TTFT and tokens a second not measured."""
    shipped = Coefficients.shipped()
    cells = [{"concurrency": str(c), "isl": str(i)} for c in (1, 4, 16, 64) for i in (200, 1000, 4000)]
    points = points_of(catalogs, *cells)
    nothing, ones = np.full(len(points), np.nan), np.ones(len(points))
    problem = FitProblem([features(points, shipped)], Target(nothing, ones, nothing, 0.3 * ones), shipped)
    truth = np.zeros(len(problem.keys))
    truth[problem.keys.index(("term", "linear", "fixed"))] = 0.7
    problem.measured["tpot_s"] = problem.predict(truth, EXPONENT)[1]
    return problem


def made_up_fold(scheme: str, points: Sequence[int], seed: int) -> LinearizedFold:
    """A fold of three unknowns, each added up in two factors of its points."""
    rng = np.random.default_rng(seed)
    shape = (3, len(points), 2)
    spread = csr_array(np.tile([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]], (len(points), 1)))
    root = rng.normal(size=(3, 3))
    return LinearizedFold(
        scheme, np.array(points), rng.normal(scale=0.2, size=shape[:2]), rng.normal(size=shape), spread, np.arange(3),
        rng.normal(size=3), np.array([4.0, 10.0, 25.0]), 10.0 * root @ root.T,
    )  # fmt: skip
