"""The lines of a start-up log, shown."""

from __future__ import annotations

from planner.answers import StartLog
from planner.report.start_log import log_table, log_text

LOG = StartLog(engine="vllm", as_of="0.11", lines=["a", "b\x1b[2J"], figures={"kv_pool_gib": 1.0}, assumptions=["c"])


def test_lines_come_as_they_are_and_assumptions_as_comments() -> None:
    assert log_text(LOG) == "a\nb?[2J\n# assumed: c\n"


def test_a_table_has_a_row_a_line() -> None:
    table = log_table(LOG)
    assert [row[0] for row in table.rows] == LOG.lines
    assert list(table.notes) == ["assumed: c"]
