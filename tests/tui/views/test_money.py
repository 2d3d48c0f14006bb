from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from planner.plan.context import Context
from planner.tco.answer import FloorNotReached, TcoAnswer
from tests.planner.tco.conftest import answered
from tui.jobs import MoneyShare
from tui.views.money import COMPUTING, MoneyView, no_way
from tui.widgets.grid import Grid


@pytest.fixture(scope="module")
def answer(context: Context) -> TcoAnswer:
    return answered(context)


SHARE = MoneyShare("looking", 2, 4, 7)
NONE = FloorNotReached(
    version="1", verdict="none",
    benchmark="MMLU", min_score=99.0, reason="nothing reaches it", nearest_score=92.5, nearest="a/clever",
    without_score=[], below=["a/clever"], assumptions=[],
)  # fmt: skip


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield MoneyView()


def test_a_quality_out_of_reach_is_told_with_the_nearest() -> None:
    assert no_way(NONE).plain == "No way to MMLU 99: nothing reaches it\nNearest: 92.5 (a/clever)"
    alone = NONE.model_copy(update={"nearest_score": None, "nearest": None})
    assert no_way(alone).plain == "No way to MMLU 99: nothing reaches it"


async def test_an_answer_without_a_way_takes_the_place_of_the_last(answer: TcoAnswer) -> None:
    async with Holder().run_test(size=(120, 30)) as pilot:
        view = pilot.app.query_one(MoneyView)
        view.show(answer)
        await pilot.pause()
        assert view.query_one("#costs", Grid).row_count > 0
        what = view.query_one("#cost-what", Static)
        first = answer.self_hosting[0]
        assert str(what.render()) == f"{first.name}: {first.description}"
        view.query_one("#costs", Grid).focus()
        await pilot.press("end")
        assert answer.apis[-1].source in str(what.render())
        view.turn_stale()
        head = view.query_one("#money-head", Static)
        view.show_share(SHARE)
        assert str(head.render()) == COMPUTING
        view.wake()
        view.show_share(SHARE)
        assert str(head.render()) == f"{COMPUTING} looking: 2 of 4 at volume 7"
        view.show(NONE)
        assert str(what.render()) == ""
        assert str(view.query_one("#money-head", Static).render()) == no_way(NONE).plain
        assert view.query_one("#costs", Grid).row_count == 0
        assert not view.has_class("-stale")
