from __future__ import annotations

import numpy as np
import pytest

from planner.formulas.distinct import distinct


@pytest.mark.parametrize("size", [0, 1, 2, 3, 17, 1000])
@pytest.mark.parametrize("most", [1, 4, 10**12])
def test_values_are_told_apart_as_numpy_does(size: int, most: int) -> None:
    codes = np.random.default_rng(size).integers(-most, most, size)
    _, first, index = np.unique(codes, return_index=True, return_inverse=True)
    found = distinct(codes)
    for ours, theirs in zip(found, (first, index), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tolist() == theirs.tolist()
