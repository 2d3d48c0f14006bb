from __future__ import annotations

import pytest

from planner.plan.context import Context
from planner.tco.answer import TcoAnswer
from tests.planner.tco.conftest import answered
from tui.views.money import curve, tornado


@pytest.fixture(scope="module")
def answer(context: Context) -> TcoAnswer:
    return answered(context)


def test_hosting_and_each_api_are_a_line_over_the_volume(answer: TcoAnswer) -> None:
    picture = curve(answer)
    assert [s.name for s in picture.series] == ["self-hosted", *(api.name for api in answer.apis)]
    assert len(picture.notes) == len(answer.break_even)
    assert len(picture.down) == sum(b.tokens_per_month is not None for b in answer.break_even)


def test_each_input_has_a_bar_within_the_width(answer: TcoAnswer) -> None:
    lines = tornado(answer, 100).plain.splitlines()
    bars = [line for line in lines if "█" in line]
    assert len(bars) == len(answer.sensitivity) > 3
    assert max(map(len, bars)) <= 100
    assert f"{answer.chance_that_hosting_is_cheaper:.0%}" in lines[-1]
