from __future__ import annotations

from planner.answers import StepAnswer, TermTime
from tui.widgets.steps import bars


def test_the_longest_operator_has_the_longest_bar() -> None:
    terms = [
        TermTime(name=name, ms=ms, compute_ms=0, bandwidth_ms=ms, fixed_ms=0, binds="bandwidth")
        for name, ms in (("linear", 8.0), ("host", 2.0))
    ]
    title, *lines = bars("decode", StepAnswer(total_ms=10.0, terms=terms), 80)
    assert "10.00 ms" in title.plain
    lengths = [line.plain.count("█") for line in lines]
    assert lengths[0] == 4 * lengths[1]
    assert all(len(line.plain) <= 80 for line in lines)
