from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult

from planner.answers import Infeasible, Plan, SlaCheck
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.verified import Verified
from planner.planner import Planner
from planner.request.reading import parse_request
from tests.tui.conftest import H100
from tui.widgets.badge import (
    ANOTHER,
    BREAKS,
    CHECKING,
    HOLDS,
    INFEASIBLE,
    PLANNING,
    STALE,
    TONES,
    UNCHECKED,
    Badge,
    badge_of,
)


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield Badge()


@pytest.fixture(scope="module")
def checked(planner: Planner, explored: Explored) -> Verified:
    return planner.verify(explored)


def with_limits(found: Verified, holds: Sequence[bool]) -> Verified:
    """The same answer with limits that hold, or do not."""
    assert isinstance(found.answer, Plan)
    assert found.answer.verification is not None
    checks = [
        SlaCheck(key=f"k{i}", limit_s=1.0, value_s=1.0, allowed_share=0.05, missed_share=0.0, holds=h)
        for i, h in enumerate(holds)
    ]
    run = found.answer.verification.model_copy(update={"sla": checks})
    return Verified(found.explored, found.answer.model_copy(update={"verification": run}), ("a reason",))


async def test_a_state_is_told_in_words_with_its_reason() -> None:
    async with Holder().run_test(size=(80, 3)) as pilot:
        badge = pilot.app.query_one(Badge)
        assert badge.state == PLANNING
        badge.show(CHECKING)
        assert str(badge.render()).strip() == CHECKING
        badge.show(ANOTHER, "the first breaks ttft_p95_s")
        assert badge.state == ANOTHER
        assert str(badge.render()).strip() == f"{ANOTHER}  the first breaks ttft_p95_s"


@pytest.mark.parametrize(
    ("state", "tone"),
    [(HOLDS, "-holds"), (f"{BREAKS} ttft_p95_s", "-breaks"), (INFEASIBLE, "-breaks"), (UNCHECKED, "-warns"),
     (f"{ANOTHER}, breaks ttft_p95_s", "-warns"), (CHECKING, ""), (STALE, "")],
)  # fmt: skip
async def test_a_state_has_the_colour_of_what_it_means(state: str, tone: str) -> None:
    async with Holder().run_test(size=(80, 3)) as pilot:
        badge = pilot.app.query_one(Badge)
        badge.show(HOLDS)
        badge.show(state)
        assert {name for name in TONES.values() if badge.has_class(name)} == {tone} - {""}


def test_a_checked_answer_holds_or_is_another(checked: Verified) -> None:
    found = with_limits(checked, [True, True])
    assert badge_of(found, stays=True) == (HOLDS, "a reason")
    assert badge_of(found, stays=False) == (ANOTHER, "a reason")


def test_limits_that_break_are_named(checked: Verified) -> None:
    found = with_limits(checked, [False, True, False])
    assert badge_of(found, stays=True) == ("simulated: breaks k0, k2", "a reason")
    assert badge_of(found, stays=False) == (f"{ANOTHER}, breaks k0, k2", "a reason")


def test_an_answer_without_a_simulation_says_so(explored: Explored) -> None:
    assert badge_of(Verified(explored, explored.answer), stays=True) == (UNCHECKED, "")


def test_no_answer_is_infeasible(context: Context) -> None:
    none = explore(parse_request({**H100, "sla": {"ttft_p95_s": 1e-4}}), context)
    assert isinstance(none.answer, Infeasible)
    assert badge_of(Verified(none, none.answer), stays=True) == (INFEASIBLE, "")


async def test_a_long_reason_is_seen_whole() -> None:
    async with Holder().run_test(size=(60, 10)) as pilot:
        badge = pilot.app.query_one(Badge)
        badge.styles.height = "auto"
        badge.show(ANOTHER, "word " * 20 + "end")
        await pilot.pause()
        assert badge.size.height == 3
        badge.show(HOLDS)
        await pilot.pause()
        assert badge.size.height == 1
