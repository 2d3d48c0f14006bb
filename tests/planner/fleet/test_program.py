from __future__ import annotations

import numpy as np
import pytest

from planner.fleet.program import TIE, bounds_of, cost_of, layout_of, rows_of, share_of
from tests.planner.fleet.conftest import problem


def test_steady_units_are_one_variable_and_others_one_a_period() -> None:
    asked = problem([1.0, 2.0], [[1.0, 1.0]], [[3.0, 2.0]], steady=np.array([True, False]))
    layout = layout_of(asked)
    assert layout.units.tolist() == [[0, 0], [1, 2]]
    assert layout.share.shape == (2, 2)
    assert layout.count == 3 + 4


def test_a_fleet_that_serves_its_load_keeps_every_row_and_costs_its_price() -> None:
    """Two units of the first kind, each of 2 requests/s, serve 3: one and a half of them are used."""
    asked = problem([1.0, 5.0], [[2.0, 4.0]], [[3.0]])
    layout = layout_of(asked)
    values = np.zeros(layout.count)
    values[layout.units[0]], values[layout.share[0]] = 2.0, 1.5
    rows = rows_of(asked, layout).constraint(layout.count)
    kept = rows.A @ values
    assert (kept >= rows.lb - 1e-9).all()
    assert (kept <= rows.ub + 1e-9).all()
    assert cost_of(asked, layout) @ values == pytest.approx(2.0, abs=10 * TIE)
    assert share_of(asked, layout, values)[0, :, 0].tolist() == [1.5, 0.0]
    lower, upper = bounds_of(asked, layout)
    assert (lower <= values).all()
    assert (values <= upper).all()


def test_too_few_units_break_a_row() -> None:
    asked = problem([1.0], [[2.0]], [[3.0]])
    layout = layout_of(asked)
    values = np.zeros(layout.count)
    values[layout.units[0]], values[layout.share[0]] = 1.0, 1.5
    rows = rows_of(asked, layout).constraint(layout.count)
    assert not ((rows.A @ values >= rows.lb - 1e-9) & (rows.A @ values <= rows.ub + 1e-9)).all()
