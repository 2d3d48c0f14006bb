"""CSV files: the points CSV of `validate`, the CSV of llama.cpp speeds, and llama-bench's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from planner.measurements import llama_bench
from planner.measurements.run import NONE, REQUEST, MeasuredRun, day_of

POINTS, SPEEDS = "points CSV", "CSV of llama.cpp speeds"
Rows = Iterable[Mapping[str | None, str | None]]


def read(header: Sequence[str], rows: Rows) -> list[MeasuredRun] | None:
    """The runs of a table; None where its columns are of no known kind."""
    if set(llama_bench.NEEDED) <= set(header):
        return llama_bench.rows_of(rows)
    if {"test", "tok_s"} <= set(header):
        return [_run(SPEEDS, row, i, NONE) for i, row in enumerate(rows, 1)]
    if "load" in header and {"tpot_ms_mean", "ttft_ms_mean", "output_tok_s", "tpot_ms_p50"} & set(header):
        return [_run(POINTS, row, i, REQUEST) for i, row in enumerate(rows, 1)]
    return None


def _run(kind: str, row: Mapping[str | None, str | None], place: int, tpot: str) -> MeasuredRun:
    told = {key: value.strip() for key, value in row.items() if key is not None and value and value.strip()}
    model = told.get("model", "")
    drafts = bool(told.get("draft_method") or told.get("accepted_tokens"))
    return MeasuredRun(
        kind, f"row {place}", told, (model,) if model else (), tpot, day_of(told.get("note", "")), drafts
    )
