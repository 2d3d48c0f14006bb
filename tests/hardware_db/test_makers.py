from __future__ import annotations

import pytest

from hardware_db.makers import bare, maker_of, plain


@pytest.mark.parametrize(
    ("generation", "maker"), [("cdna3", "amd"), ("xe_hpc", "intel"), ("apple", "apple"), ("hopper", "")]
)
def test_a_generation_tells_its_maker_by_its_head(generation: str, maker: str) -> None:
    assert maker_of(generation) == maker


def test_words_of_makers_are_no_part_of_a_name() -> None:
    assert bare("nvidiageforcertx4090") == "rtx4090"
    assert bare("rtx4090") == "rtx4090"
    assert plain("AMD Instinct MI300X") == "amd  mi300x"
