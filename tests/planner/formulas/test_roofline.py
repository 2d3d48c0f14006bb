from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.formulas.roofline import smooth_roof_s


@given(a=st.floats(0, 1e3), b=st.floats(0, 1e3), p=st.floats(1, 8))
def test_roofs_meet_between_the_larger_and_the_sum(a: float, b: float, p: float) -> None:
    value = float(smooth_roof_s(a, b, exponent=p))
    assert max(a, b) * (1 - 1e-9) <= value <= (a + b) * (1 + 1e-9)
