"""The use case."""

from __future__ import annotations

import pytest

from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.use_case import use_case
from planner.document.sources import Cited
from tests.planner.document.sections.finding import texts, value


def test_tokens_of_a_month_are_those_of_the_money(made: Report, small: Answers) -> None:
    assert small.tco is not None
    assert value(made, "use_case.input_tokens_per_month") == pytest.approx(small.tco.tokens_in_per_month)
    assert value(made, "use_case.output_tokens_per_month") == pytest.approx(small.tco.tokens_out_per_month)


def test_what_was_assumed_is_said(small: Answers, made: Report) -> None:
    assert texts(made, "use_case.assumed") == small.plan.assumptions
    assert "p95 within 1.5 s" in use_case(small, Cited()).lead
