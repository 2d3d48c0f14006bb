"""The lines of a start-up log, as text and as a table."""

from __future__ import annotations

from planner.answers import StartLog
from planner.report.table import Table
from planner.words import inert


def log_text(log: StartLog) -> str:
    """The lines, and what they hold for as comments."""
    said = [f"# assumed: {text}" for text in log.assumptions]
    return "".join(f"{inert(line)}\n" for line in (*log.lines, *said))


def log_table(log: StartLog) -> Table:
    """The same as a table."""
    notes = [f"assumed: {text}" for text in log.assumptions]
    return Table(f"Start-up log of {log.engine}, {log.as_of}", ("line",), [[line] for line in log.lines], notes)
