from __future__ import annotations

import numpy as np
import pytest

from planner.load.grid import GRID, GridPlace, at_index, grid_position


def test_values_between_two_numbers_are_drawn_straight_over_their_logarithm() -> None:
    table = np.stack([GRID, 10.0 * np.arange(len(GRID))])
    rows, sequences = np.array([0, 1, 1, 0]), np.array([4.0, 8.0, np.sqrt(32.0), 0.3])
    position = grid_position(sequences)
    assert position == pytest.approx([2.0, 3.0, 2.5, 0.0])
    assert at_index(table, rows, position) == pytest.approx([4.0, 30.0, 25.0, 1.0])


def test_beyond_the_grid_its_last_value_holds() -> None:
    place = GridPlace.of(np.array([0]), grid_position(np.array([1e9])))
    assert place.of_table(GRID[None, :]) == pytest.approx([GRID[-1]])
    assert GridPlace.of(np.array([0]), np.array([len(GRID) - 0.5])).of_table(GRID[None, :]) == pytest.approx([GRID[-1]])
