from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.cuts import Cuts, by_cut, by_link, spread
from planner.physics.footprint import batched_tokens
from tests.planner.conftest import SEVENTY, designs


def test_designs_of_one_cut_differ_in_nothing_that_is_counted(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100")
    d = d.take(np.tile(np.arange(len(d)), 2))
    first, cut = by_cut(d)
    cuts = d.take(first)
    assert len(cuts) < len(d)
    for name in ("fmt", "engine", "tp", "pp", "ep", "dp"):
        np.testing.assert_array_equal(getattr(cuts, name)[cut], getattr(d, name))
    np.testing.assert_array_equal(batched_tokens(cuts)[cut], batched_tokens(d))


def test_figures_of_groups_are_those_of_each_design(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100")
    first, link = by_link(d)
    tp = d.tp[first][:, None] * np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(spread(tp, link), d.tp[:, None] * np.array([[1.0, 2.0]]))
    assert spread(np.ones((1, 3)), link).shape == (1, 3)


def test_cuts_hold_the_matrices_of_a_rank(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100")
    cuts = Cuts.of(d.take(by_cut(d)[0]), Coefficients.shipped())
    assert {len(shapes.rows) for shapes in cuts.matrices} == {len(cuts.designs)}
