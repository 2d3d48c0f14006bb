from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.formulas.percentiles import percentiles

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=300)
LEVELS = st.lists(st.floats(0.0, 100.0) | st.sampled_from([0.0, 50.0, 90.0, 95.0, 99.0, 100.0]), min_size=1, max_size=6)


@given(VALUES, LEVELS)
def test_they_are_those_of_numpy_to_the_last_digit(values: list[float], levels: list[float]) -> None:
    found = np.array(values)
    assert percentiles(found, levels) == [float(np.percentile(found, level)) for level in levels]
    assert found.tolist() == values, "the values stay in their order"


def test_the_ends_are_the_least_and_the_largest() -> None:
    assert percentiles(np.array([4.0, 2.0, 8.0]), [0.0, 100.0]) == [2.0, 8.0]
