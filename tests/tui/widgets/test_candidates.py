from __future__ import annotations

from textual.app import App, ComposeResult

from planner.plan.explore import Explored
from planner.plan.shortlist import shortlist
from tui.widgets.candidates import CandidateGrid, key_of


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield CandidateGrid()


async def test_the_cursor_follows_its_candidate_through_a_new_answer(explored: Explored) -> None:
    entries = shortlist(explored)
    assert len(entries) > 3
    async with Holder().run_test(size=(140, 20)) as pilot:
        grid = pilot.app.query_one(CandidateGrid)
        grid.show_entries(entries)
        assert grid.chosen == entries[0]
        grid.focus()
        await pilot.press("down", "down")
        assert grid.chosen == entries[2]
        grid.show_entries(list(reversed(entries)), frozenset({key_of(entries[2])}))
        assert grid.chosen == entries[2]
        grid.show_entries([])
        assert grid.chosen is None
