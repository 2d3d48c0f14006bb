"""A log beside its estimate, shown."""

from __future__ import annotations

from math import nan

from planner.answers.explained import ExplainedFigure, ExplainedLog
from planner.report.explained import explained_tables

AGREES = ExplainedLog(
    status="agrees", version="1", engine="vllm", engine_version="0.11", model="m", gpu="H100", weight_format="bf16",
    kv_format="bf16", split="tp1", tried=0, failure=None, assumptions=["x"],
    figures=[
        ExplainedFigure(name="kv_pool", unit="GiB", log=10.0, ours=10.1, difference=0.1, difference_pct=1.0),
        ExplainedFigure(name="blocks", unit="", log=5.0, ours=None, difference=nan, difference_pct=nan),
    ],
)  # fmt: skip


def test_a_row_a_figure_and_the_verdict_first() -> None:
    table = explained_tables(AGREES)[0]
    assert table.rows[0] == ["kv pool, GiB", 10.0, 10.1, 0.1, "+1.0 %", ""]
    assert table.rows[1][:3] == ["blocks", 5.0, ""]
    assert list(table.notes) == ["every figure agrees within 2 %", "assumed: x"]


def test_what_differs_and_why_a_start_failed_are_said() -> None:
    differs = AGREES.model_copy(update={"status": "differs", "tried": 7, "failure": "out of memory"})
    notes = explained_tables(differs)[0].notes
    assert notes[0].startswith("7 single changes were tried")
    assert notes[1] == "the start failed: out of memory"
    nothing = explained_tables(differs.model_copy(update={"tried": 0}))[0].notes
    assert "states every setting" in nothing[0]
