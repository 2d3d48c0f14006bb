"""Break-even."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.break_even import months_to_pay
from planner.document.sections.schedule import bought_tokens
from tests.planner.document.sections.finding import column


def test_volumes_are_those_of_the_comparison(made: Report, small: Answers) -> None:
    assert small.tco is not None
    wanted = [e.tokens_per_month for e in small.tco.break_even]
    assert column(made, "break_even.volumes.tokens_per_month") == wanted


def test_months_to_pay_are_counted_from_what_was_paid() -> None:
    early, late = bought_tokens("a", [300.0, 0.0, 0.0], 0.0), bought_tokens("b", [100.0, 100.0, 100.0], 0.0)
    assert months_to_pay(early, late) == 3
    assert months_to_pay(bought_tokens("c", [400.0, 0.0, 0.0], 0.0), late) is None
