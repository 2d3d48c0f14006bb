from __future__ import annotations

import numpy as np

from planner.fleet.prune import undominated
from tests.planner.fleet.conftest import problem


def test_pruning_keeps_what_may_be_needed() -> None:
    p = problem([1.0, 2.0, 1.0], [[1.0, 1.0, 1.0]], [[5.0]], inventory=np.array([2.0, np.inf, np.inf]))
    assert undominated(p).tolist() == [True, False, True]
