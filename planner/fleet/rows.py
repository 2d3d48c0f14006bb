"""Linear constraints of a program, built row by row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import coo_array

from planner.formulas.types import Array


@dataclass
class LinearRows:
    """Linear rows, built one by one."""

    data: list[Array] = field(default_factory=list)
    row: list[Array] = field(default_factory=list)
    column: list[Array] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, columns: Array, values: Array, *, low: float = -np.inf, high: float = np.inf) -> None:
        """One row: the variables' numbers and coefficients, and between what their sum lies."""
        columns = np.atleast_1d(np.asarray(columns, dtype=np.int64))
        self.column.append(columns)
        self.data.append(np.broadcast_to(np.asarray(values, dtype=float), columns.shape))
        self.row.append(np.full(columns.shape, len(self.low), dtype=np.int64))
        self.low.append(low)
        self.high.append(high)

    def constraint(self, count: int) -> LinearConstraint:
        """All rows over `count` variables."""
        parts = (np.concatenate(self.data), (np.concatenate(self.row), np.concatenate(self.column)))
        table = coo_array(parts, shape=(len(self.low), count)).tocsr()
        return LinearConstraint(table, np.array(self.low), np.array(self.high))
