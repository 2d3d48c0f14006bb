from __future__ import annotations

from tui.views.base import View


def test_a_view_is_of_an_older_question_until_it_asks() -> None:
    view = View(id="any")
    assert view.outdated
    view.outdated = False
    view.turn_stale()
    assert view.outdated
