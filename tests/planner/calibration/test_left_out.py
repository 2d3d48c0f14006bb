"""What widths are judged by, on two made-up folds of four points and three unknowns."""

from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.least_squares import FIGURES
from planner.calibration.left_out import SETS, JudgedSet, judged_sets, left_out_loss, size
from planner.catalogs import Catalogs
from planner.formulas.types import Array
from tests.planner.calibration.conftest import evidence, made_up_fold, of_load, points_of


def made_up_sets() -> list[JudgedSet]:
    weight = np.array([0.1, 0.2, 0.3, 0.4])
    return [JudgedSet("a", "pair", 1, 1.0, weight), JudgedSet("b", "source", 0, 1.0, weight[::-1])]


def test_the_gradient_of_the_loss_is_that_of_finite_differences() -> None:
    folds = [made_up_fold("pair", [0, 2], 1), made_up_fold("pair", [1, 3], 2), made_up_fold("source", [0, 1], 3)]
    moves = np.array([0.2, -0.1, 0.3])

    def value(at: Array) -> float:
        return float(left_out_loss(folds, made_up_sets(), at)[0].sum())

    expected = [(value(moves + step) - value(moves - step)) / 2e-6 for step in 1e-6 * np.eye(3)]
    gradient = left_out_loss(folds, made_up_sets(), moves)[1]
    assert np.abs(gradient).min() > 1e-4
    assert gradient == pytest.approx(expected, rel=1e-5)


def test_a_set_is_judged_by_folds_of_its_scheme_and_points_that_they_leave_out() -> None:
    fold = made_up_fold("pair", [1, 3], 5)
    losses, _ = left_out_loss([fold], made_up_sets(), np.zeros(3))
    assert losses == pytest.approx([float(np.array([0.2, 0.4]) @ size(fold.errors[1])[0]), 0.0])


def test_the_loss_is_about_the_error_and_hardly_grows_far_out() -> None:
    value, slope = size(np.array([-0.1, 0.0, 0.1, 3.0]))
    assert value[0] == value[2] == pytest.approx(0.1, abs=0.01)
    assert slope[1] == 0.0
    assert slope[0] == -slope[2]
    assert 0.0 < slope[3] < 0.2 * slope[2]


def test_sets_have_the_shares_of_their_figures_and_latencies_of_closed_loops(catalogs: Catalogs) -> None:
    points = points_of(catalogs, {}, {}, {"gpu": "A100 SXM 80GB"}, {})
    points[3] = of_load(points[3], "static_batch")
    data = evidence(points, ["a", "a", "a", "b"])
    sets = judged_sets(data, np.zeros(4, dtype=bool))
    assert {s.name for s in sets} == {rule.name for rule in SETS if not rule.newer}
    assert {s.name for s in judged_sets(data, np.ones(4, dtype=bool))} == {"newer sources"}
    assert [s.weight.sum() for s in sets] == pytest.approx([s.share for s in sets])
    pairs = {s.figure: s.weight for s in sets if s.scheme == "pair"}
    assert pairs[FIGURES.index("tpot_s")][3] == 0.0
    assert pairs[FIGURES.index("output_tok_s")][3] > 0.0
    first, second, alone, _ = pairs[FIGURES.index("tpot_s")]
    assert first == second == pytest.approx(alone * 2**-0.2)
