from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input

from planner.plan.candidate import Details
from planner.plan.explore import Explored
from planner.plan.shortlist import shortlist
from tui.views.plan import PlanView
from tui.widgets.badge import CHECKING, OUTDATED, STALE, Badge
from tui.widgets.candidates import CandidateGrid
from tui.widgets.headline import Headline


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield PlanView()


class Looking(Holder):
    def __init__(self) -> None:
        super().__init__()
        self.looked: list[int] = []

    def on_plan_view_looked(self, event: PlanView.Looked) -> None:
        self.looked.append(event.index)


async def test_an_answer_of_an_older_question_says_so_and_is_dimmed(explored: Explored, found: Details) -> None:
    async with Holder().run_test(size=(120, 40)) as pilot:
        view = pilot.app.query_one(PlanView)
        badge = view.query_one(Badge)
        view.mark_stale(True)
        assert badge.state == "planning"  # there is no answer yet that could be old
        view.show(shortlist(explored), None, frozenset())
        view.show_details(found)
        assert badge.state == CHECKING
        view.mark_stale(True)
        assert badge.state == STALE
        assert view.query_one(CandidateGrid).has_class("-stale")
        view.show_problem("model: what?")
        assert badge.state == OUTDATED
        view.show_details(found)  # asked for before
        assert view.query_one(Headline).text == "model: what?"


async def test_a_filter_is_seen_where_it_holds_something_back(explored: Explored) -> None:
    async with Holder().run_test(size=(120, 40)) as pilot:
        view = pilot.app.query_one(PlanView)
        view.show(shortlist(explored), None, frozenset())
        find, grid = view.query_one("#find", Input), view.query_one(CandidateGrid)
        rows = grid.row_count
        grid.focus()
        await pilot.press("slash", *"l40", "enter")
        assert find.display
        assert 0 < grid.row_count < rows
        await pilot.press("slash", *["backspace"] * 3, "enter")
        assert not find.display
        assert grid.row_count == rows


async def test_an_answer_is_seen_and_looked_at_where_the_filter_holds_all_of_it_back(explored: Explored) -> None:
    async with Looking().run_test(size=(120, 40)) as pilot:
        holder, view = pilot.app, pilot.app.query_one(PlanView)
        assert isinstance(holder, Looking)
        view.show_problem("model: what?")
        view.query_one("#find", Input).value = "no candidate is called so"
        await pilot.pause()
        entries = shortlist(explored)
        view.show(entries, None, frozenset())
        await pilot.pause()
        assert view.query_one(CandidateGrid).row_count == 0
        assert (view.query_one(Headline).state, view.query_one(Badge).state) == ("answer", CHECKING)
        assert holder.looked == [entries[0].index]
