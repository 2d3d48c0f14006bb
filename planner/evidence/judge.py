"""Error tables of serving points: a file against its predictions, and the last cross-validation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from planner.evidence import RESULTS, llamacpp
from planner.evidence.serving import CACHED, CLOSED, IMPOSSIBLE, KNOWN_LENGTH
from planner.evidence.sources import sources
from planner.evidence.table import Errors, Predicted, number, relative_errors

OPEN = ("open_loop",)
CROSS_VALIDATION = RESULTS / "cross_validation.json"


def cross_validation() -> list[dict[str, Any]]:
    """Rows of the last calibration: error by load, figure and what was left out."""
    rows: list[dict[str, Any]] = json.loads(CROSS_VALIDATION.read_text(encoding="utf-8"))
    order = ("left_out", "load", "figure", "points", "median", "mean", "p90", "bias")
    return [{name: row[name] for name in order} for row in rows]


def _first(row: Mapping[str, str], *names: str) -> float | None:
    return next((value for value in (number(row.get(name)) for name in names) if value), None)


def doubted(found: Predicted) -> int:
    """Rows of which a figure is not judged."""
    return sum(bool(cells.get("doubt")) for cells in found.added)


def point_errors(found: Predicted) -> list[Errors]:
    """Errors of serving points; the fit may have seen points like these: see the basis column of `--out`. Figures that
    cannot be of what their row states (`doubt`) are not judged."""
    out = []
    for label, loads, names, column in (
        ("closed loop TPOT", CLOSED, ("tpot_ms_mean", "tpot_ms_p50"), "pred_tpot_ms_mean"),
        ("closed loop TTFT", CLOSED, ("ttft_ms_mean", "ttft_ms_p50"), "pred_ttft_ms_mean"),
        ("closed loop tok/s", CLOSED, ("output_tok_s",), "pred_output_tok_s"),
        ("static, burst, offline tok/s", KNOWN_LENGTH, ("output_tok_s",), "pred_output_tok_s"),
        *(
            (f"open loop {figure.upper()} {p}", OPEN, (f"{figure}_ms_{p}",), f"pred_{figure}_ms_{p}")
            for figure in ("tpot", "ttft")
            for p in ("p50", "p95", "p99")
        ),
    ):
        wrong = (IMPOSSIBLE, CACHED) if "ttft" in column else (IMPOSSIBLE,)
        chosen = [(r, cells) for r, cells in found.pairs if r.get("load") in loads and cells["doubt"] not in wrong]
        out.append(relative_errors(label, [(number(cells[column]), _first(row, *names)) for row, cells in chosen]))
    return out


def speed_errors(found: Predicted) -> list[Errors]:
    """Errors of llama.cpp speeds."""
    return [
        relative_errors(f"{sources().ggml.engine} {load}", [(number(cells["pred_tok_s"]), number(row.get("tok_s")))
                                              for row, cells in found.pairs if llamacpp.load_of(row) == load])
        for load in llamacpp.LOADS
    ]  # fmt: skip
