from __future__ import annotations

from planner.plan.candidate import Details, details
from planner.plan.explore import Explored
from planner.plan.shortlist import shortlist
from tests.tui.conftest import H100
from tui.session import Pin
from tui.views.compare import asked, facts, table


def test_rows_that_differ_carry_a_mark(explored: Explored, found: Details) -> None:
    other = details(explored, shortlist(explored)[-1].index)
    pins = (Pin(found, H100), Pin(other, {**H100, "sla": {"ttft_p95_s": 1.0}}))
    lines = table(pins, 80).plain.splitlines()
    columns = [[*asked(pin.question), *facts(pin.found)] for pin in pins]
    assert len(lines) == len(columns[0])
    for (name, one), (_, two), line in zip(*columns, lines, strict=True):
        assert line.startswith("* " if one != two else "  "), name
    assert lines[1].split() == ["*", "limits", "s,", "p95", "tpot", "0.05", "ttft", "1"]
    assert any(line.startswith("* ") for line in lines)
    assert not any(line.startswith("*") for line in table((pins[0], pins[0]), 80).plain.splitlines())
    assert ("simulated", "not simulated") in facts(other)
