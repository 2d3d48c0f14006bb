from __future__ import annotations

import numpy as np

from planner.fleet.rows import LinearRows


def test_rows_are_a_table_with_bounds() -> None:
    rows = LinearRows()
    rows.add(np.array([0, 2]), np.array([1.0, -2.0]), high=3.0)
    rows.add(np.array([1]), np.array(4.0), low=5.0, high=5.0)
    made = rows.constraint(3)
    assert made.A.toarray().tolist() == [[1.0, 0.0, -2.0], [0.0, 4.0, 0.0]]
    assert made.lb.tolist() == [-np.inf, 5.0]
    assert made.ub.tolist() == [3.0, 5.0]
