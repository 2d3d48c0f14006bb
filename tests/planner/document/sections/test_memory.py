"""Memory."""

from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.memory import memory
from planner.document.sources import Cited
from tests.planner.document.sections.finding import column, texts, value


def test_the_parts_add_up_to_what_a_process_sees(made: Report) -> None:
    assert sum(column(made, "memory.parts.gib")) == pytest.approx(value(made, "memory.total_gib"))


def test_the_log_is_told_in_the_engines_words_where_they_are_known(made: Report, small: Answers) -> None:
    assert any(line.startswith("GPU KV cache size: ") for line in texts(made, "memory.log"))
    assert isinstance(small.plan, Plan)
    c = small.plan.cluster
    other = c.model_copy(update={"replica": c.replica.model_copy(update={"engine": "sglang"})})
    assert [block.key for block in memory(other, Cited()).blocks] == ["memory.facts", "memory.parts", "memory.chart"]
