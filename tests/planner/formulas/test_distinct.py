from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.formulas.distinct import ascending, distinct


@pytest.mark.parametrize("size", [0, 1, 2, 3, 17, 1000])
@pytest.mark.parametrize("most", [1, 4, 10**12])
def test_values_are_told_apart_as_numpy_does(size: int, most: int) -> None:
    codes = np.random.default_rng(size).integers(-most, most, size)
    _, first, index = np.unique(codes, return_index=True, return_inverse=True)
    found = distinct(codes)
    for ours, theirs in zip(found, (first, index), strict=True):
        assert ours.dtype == theirs.dtype
        assert ours.tolist() == theirs.tolist()


@given(st.lists(st.integers(-4, 4)), st.sampled_from([int, float]))
def test_values_in_ascending_order_are_those_of_numpy(values: list[int], kind: type) -> None:
    found, expected = ascending(np.array(values, dtype=kind)), np.unique(np.array(values, dtype=kind))
    assert found.tolist() == expected.tolist()
    assert found.dtype == expected.dtype
