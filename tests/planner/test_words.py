from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.report.table import show
from planner.words import counted, plain


def test_one_is_no_plural() -> None:
    assert counted(1, "client") == counted(1.0, "client") == "1 client"
    assert [counted(n, "replica") for n in (0, 2, 1500)] == ["0 replicas", "2 replicas", "1,500 replicas"]
    assert counted(0.5, "client") == "0.5 clients"


@given(st.floats(min_value=1e-14, max_value=9.9e14), st.sampled_from([1.0, -1.0]))
def test_plain_numbers_have_six_figures_and_no_exponent(size: float, sign: float) -> None:
    text = plain(sign * size)
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
    assert float(text) == pytest.approx(sign * size, rel=1e-5)
    assert text == f"{sign * size:g}" or "e" in f"{sign * size:g}"


def test_numbers_with_nouns_and_cells_are_plain_numbers() -> None:
    assert counted(2_542_620.4, "request") == "2542620 requests"
    assert show(2542620.41) == "2542620"
    assert show(1e15) == "1e+15"
    assert show(float("inf")) == "inf"
    assert show(0.0) == "0"
