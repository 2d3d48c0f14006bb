from __future__ import annotations

from planner.calibration.run import problem_of
from planner.catalogs import Catalogs
from planner.evidence.serving import evidence_rows, measured
from planner.physics.coefficients import Coefficients

SHIPPED = Coefficients.shipped()


def test_a_problem_has_every_point_once(catalogs: Catalogs) -> None:
    data = measured(evidence_rows()[::200], catalogs)
    problem = problem_of(data, SHIPPED)
    assert len(data.points) > 3
    assert problem.count == len(data.points)
    assert problem.columns.load.tolist() == [p.load for p in data.points]
    assert problem.columns.asked.isl.tolist() == [p.isl for p in data.points]
    assert len(set(problem.keys)) == len(problem.keys)
