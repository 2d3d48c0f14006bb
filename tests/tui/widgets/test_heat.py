from __future__ import annotations

from tui.whatif import Quote
from tui.widgets.heat import drawn


def test_every_cell_says_its_figure_and_the_present_one_is_marked() -> None:
    known = {("1", "5"): Quote(1.0, "a"), ("2", "5"): Quote(9.5, "b"), ("1", "6"): Quote(None, "infeasible")}
    lines = drawn(["1", "2"], ["5", "6"], known, ("2", "5")).plain.splitlines()
    assert [line.split() for line in lines] == [["1", "2"], ["5", "$1.00", "[$9.50]"], ["6", "none", "..."]]
    assert len({len(line) for line in lines}) == 1
