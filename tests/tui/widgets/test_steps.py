from __future__ import annotations

from planner.answers import LatencyPart, LatencyParts, StepAnswer, TermTime
from tui.widgets.steps import bars, sums


def test_the_longest_operator_has_the_longest_bar() -> None:
    terms = [
        TermTime(name=name, ms=ms, compute_ms=0, bandwidth_ms=ms, fixed_ms=0, hidden_ms=0, binds="bandwidth")
        for name, ms in (("linear", 8.0), ("host", 2.0))
    ]
    title, *lines = bars("decode", StepAnswer(total_ms=10.0, terms=terms), 86)
    assert "10.00 ms" in title.plain
    lengths = [line.plain.count("█") for line in lines]
    assert lengths[0] == 4 * lengths[1]
    assert all(len(line.plain) <= 86 for line in lines)


def test_every_part_of_a_mean_has_its_line() -> None:
    parts = [
        LatencyPart(name=name, ms=count * each, count=count, each_ms=each, hidden_ms=0.0)
        for name, count, each in (("request, fixed", 1.0, 3.0), ("prompts of others", 2.5, 4.0), ("head", 1.0, 1e-9))
    ]
    title, *lines = (line.plain for line in sums("TTFT", LatencyParts(mean_ms=13.0, parts=parts), 80))
    assert "TTFT: 13.00 ms" in title
    assert [line[:16] for line in lines] == ["request, fixed  ", "prompts of other"]
    assert "2.5 x" in lines[1]
    assert all(len(line) <= 80 for line in lines)
