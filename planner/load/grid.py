"""Numbers of running sequences that step times are tabulated over, and values between them."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.design import Ints

GRID = 2.0 ** np.arange(0.0, 12.5, 1.0)


@dataclass(frozen=True, slots=True)
class GridPlace:
    """Where the designs `rows` stand between the columns of tables (designs x GRID), at fractional positions."""

    below: Ints
    above: Ints
    share: Array

    @classmethod
    def of(cls, rows: Ints, position: Array) -> GridPlace:
        low = np.minimum(position.astype(int), len(GRID) - 2)
        below = rows * len(GRID) + low
        return cls(below, below + 1, np.minimum(position - low, 1.0))

    def of_table(self, table: Array) -> Array:
        """Values of a table there."""
        flat = table.ravel()
        left = flat.take(self.below)
        return left + (flat.take(self.above) - left) * self.share


def at_index(table: Array, rows: Ints, position: Array) -> Array:
    """Values of `table` (designs x GRID) at fractional grid positions of the designs `rows`."""
    return GridPlace.of(rows, position).of_table(table)


def grid_position(n: Array) -> Array:
    """Fractional index of n sequences on GRID, in log space."""
    return np.minimum(np.log2(np.maximum(n, 1.0)), len(GRID) - 1.0)
