from __future__ import annotations

from planner.plan.candidate import Details, details
from planner.plan.explore import Explored
from planner.plan.shortlist import shortlist
from tui.views.compare import facts, table


def test_rows_that_differ_carry_a_mark(explored: Explored, found: Details) -> None:
    other = details(explored, shortlist(explored)[-1].index)
    lines = table([found, other], 80).plain.splitlines()
    assert len(lines) == len(facts(found))
    for (name, one), (_, two), line in zip(facts(found), facts(other), lines, strict=True):
        assert line.startswith("* " if one != two else "  "), name
    assert any(line.startswith("* ") for line in lines)
    assert not any(line.startswith("*") for line in table([found, found], 80).plain.splitlines())
