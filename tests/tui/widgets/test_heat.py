from __future__ import annotations

from tui.whatif import Quote
from tui.widgets.heat import Heat, drawn

KNOWN = {("1", "5"): Quote(1.0, "a"), ("2", "5"): Quote(9.5, "b"), ("1", "6"): Quote(None, "infeasible")}


def test_every_cell_says_its_figure_and_the_present_one_is_marked() -> None:
    lines = drawn(Heat(["1", "2"], ["5", "6"], KNOWN, ("2", "5")), 60, 3).plain.splitlines()
    assert [line.split() for line in lines] == [["1", "2"], ["5", "$1.00", "[$9.50]"], ["6", "none", "..."]]
    assert {len(line) for line in lines} == {60}


def test_it_fills_its_place() -> None:
    lines = drawn(Heat(["1", "2"], ["5", "6"], KNOWN, ("2", "5")), 90, 11).plain.splitlines()
    assert {len(line) for line in lines} == {90}
    assert len(lines) == 11
    assert [n for n, line in enumerate(lines) if line.split()] == [0, 3, 8]


def test_a_figure_is_no_wider_than_its_cell() -> None:
    known = {("1", "5"): Quote(123_456_789.0, "a"), ("2", "5"): Quote(1.0, "b")}
    lines = drawn(Heat(["1", "2"], ["5"], known, ("1", "5")), 30, 2).plain.splitlines()
    assert lines[1].split() == ["5", "[$123.5M]", "$1.00"]
    assert {len(line) for line in lines} == {30}
