from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.cuts import Cuts, Groups
from planner.physics.footprint import batched_tokens
from tests.planner.conftest import SEVENTY, designs


def test_designs_of_one_cut_differ_in_nothing_that_is_counted(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100")
    d = d.take(np.tile(np.arange(len(d)), 2))
    groups = Groups.by_cut(d)
    cuts = d.take(groups.first)
    assert len(cuts) < len(d)
    for name in ("fmt", "engine", "tp", "pp", "ep", "dp"):
        np.testing.assert_array_equal(getattr(cuts, name)[groups.row], getattr(d, name))
    np.testing.assert_array_equal(batched_tokens(cuts)[groups.row], batched_tokens(d))


def test_figures_of_groups_are_those_of_each_design(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100")
    groups = Groups.by_link(d)
    tp = d.tp[groups.first][:, None] * np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(groups.spread(tp), d.tp[:, None] * np.array([[1.0, 2.0]]))
    assert groups.spread(np.ones((1, 3))).shape == (1, 3)
    assert (Groups.apart(d).row == np.arange(len(d))).all()


def test_cuts_hold_the_matrices_of_a_rank(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100")
    cuts = Cuts.of(d.take(Groups.by_cut(d).first), Coefficients.shipped())
    assert {len(shapes.rows) for shapes in cuts.matrices} == {len(cuts.designs)}
