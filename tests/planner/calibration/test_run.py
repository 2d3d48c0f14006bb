from __future__ import annotations

from planner.calibration.run import FOLDS, SCHEMES, fold_of, problem_of
from planner.catalogs import Catalogs
from planner.evidence.points import read_point
from planner.evidence.serving import evidence_rows, measured
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import POINT

SHIPPED = Coefficients.shipped()


def test_what_is_left_out_is_left_out_whole(catalogs: Catalogs) -> None:
    """Points of one pair, model or GPU share a fold, however they were run."""
    point = read_point(POINT, catalogs)
    for cells in ({"concurrency": "64"}, {"engine": "SGLang"}, {"tp": "8", "gpus": "8"}):
        assert [fold_of(read_point(POINT | cells, catalogs), s) for s in SCHEMES] == [
            fold_of(point, s) for s in SCHEMES
        ]
    other = read_point(POINT | {"gpu": "B200"}, catalogs)
    assert fold_of(other, "model") == fold_of(point, "model")
    assert all(0 <= fold_of(other, s) < FOLDS for s in SCHEMES)


def test_a_problem_has_every_point_once(catalogs: Catalogs) -> None:
    data = measured(evidence_rows()[::200], catalogs)
    problem = problem_of(data, SHIPPED)
    assert len(data.points) > 3
    assert len(problem.points) == len(data.points)
    assert len(set(problem.keys)) == len(problem.keys)
