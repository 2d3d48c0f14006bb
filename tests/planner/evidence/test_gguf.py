from __future__ import annotations

import pytest

from planner.evidence.gguf import mix_name


@pytest.mark.parametrize(
    ("label", "mix"),
    [("Q4_K - Medium", "Q4_K_M"), ("IQ4_XS - 4.25 bpw", "IQ4_XS"), ("i1-Q4_K_M", "Q4_K_M"), ("Q2_K - Medium", "Q2_K")],
)
def test_labels_of_mixes(label: str, mix: str) -> None:
    assert mix_name(label) == mix
