from __future__ import annotations

import pytest

from planner.plan.context import Context
from planner.tco.answer import TcoAnswer
from tests.planner.tco.conftest import answered
from tui.widgets.columns import GridRow
from tui.widgets.money_sides import cost_rows, curve


@pytest.fixture(scope="module")
def answer(context: Context) -> TcoAnswer:
    return answered(context)


def test_hosting_and_each_api_are_a_line_over_the_volume(answer: TcoAnswer) -> None:
    picture = curve(answer)
    assert [s.name for s in picture.series] == ["self-hosted", *(api.name for api in answer.apis)]
    assert len(picture.notes) == sum(b.tokens_per_month is None for b in answer.break_even)
    assert len(picture.down) == sum(b.tokens_per_month is not None for b in answer.break_even)


def test_ways_of_hosting_stand_before_apis_with_their_break_even(answer: TcoAnswer) -> None:
    rows: list[GridRow] = cost_rows(answer)
    assert [row[:2] for row in rows] == [
        *((s.name, "self-hosted") for s in answer.self_hosting), *((p.name, "API") for p in answer.apis),
    ]  # fmt: skip
    even = {b.api: b.tokens_per_month for b in answer.break_even}
    assert [row[4] for row in rows if row[1] == "API"] == [even[p.name] for p in answer.apis]
