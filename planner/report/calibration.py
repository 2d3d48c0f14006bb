"""A calibration as tables: each run predicted against measured, what narrows where, and what was refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner.report.table import Cell, Table

if TYPE_CHECKING:
    from planner.calibration.own.answer import CalibrationAnswer

RUNS = (
    "run", "model", "gpu", "engine", "figure", "measured", "predicted", "error_pct", "left_out", "left_out_error_pct",
)  # fmt: skip
SHOWN = ("run", "figure", "measured", "predicted", "error_pct", "left_out", "left_out_error_pct")
PLACES = (
    "gpu", "engine", "model", "weights", "split", "figure", "runs", "error_pct", "left_out_error_pct", "low_before",
    "high_before", "low", "high",
)  # fmt: skip
SHOWN_PLACES = ("model", "split", "figure", "runs", "error_pct", "left_out_error_pct", "low", "high")
MEMORY = ("gpu", "engine", "models", "logs", "more_gib", "error_gib", "left_out_error_gib")
UNITS = {"ttft": "TTFT [ms]", "tpot": "TPOT [ms]", "output_tok_s": "output [tok/s]",
         "weights_gib": "weights [GiB]", "kv_pool_gib": "KV pool [GiB]", "kv_tokens": "KV tokens"}  # fmt: skip


def calibration_tables(a: CalibrationAnswer) -> list[Table]:
    """Tables of runs, places and refused runs, those that are not empty."""
    runs: list[list[Cell]] = [
        [r.run, r.model, r.gpu, r.engine, UNITS[r.figure], _short(r.measured), _short(r.before),
         _share(r.before / r.measured - 1.0), _short(r.left_out), _share(r.left_out / r.measured - 1.0)]
        for r in a.runs
    ]  # fmt: skip
    places: list[list[Cell]] = [
        [p.gpu, p.engine, p.model, p.weights, p.split, UNITS[p.figure], p.points, _share(p.error_before),
         _share(p.error_left_out), *p.interval_before, *p.interval]
        for p in a.places
    ]  # fmt: skip
    based = dict.fromkeys((p.model, p.weights, p.split, p.gpu, p.engine, p.basis) for p in a.places)
    defined = [f"TPOT is {text}" for text in dict.fromkeys(r.tpot for r in a.runs if r.figure == "tpot")]
    found = [
        Table("Measured and predicted", RUNS, runs, [
            "predicted: without your runs; left_out: with your other runs", *defined, *a.notes,
        ], listed="figure", shown=SHOWN),
        Table("What your runs change", PLACES, places, [
            "errors are medians; left out: each run predicted by the others; low and high: 90 % interval, as factors",
            *(f"basis of {m} in {w}, {cut}, on {gpu} under {e}: {basis}" for m, w, cut, gpu, e, basis in based),
        ], shown=SHOWN_PLACES),
    ]  # fmt: skip
    memory: list[list[Cell]] = [
        [m.gpu, m.engine, m.family, m.logs, round(m.more_gib, 2), round(m.error_before_gib, 2),
         round(m.error_left_out_gib, 2)]
        for m in a.memory
    ]  # fmt: skip
    found.append(
        Table("What your logs change in memory", MEMORY, memory, [
            "more: what the engine holds of a GPU beside weights and cache, beyond the prediction; errors of the cache "
            "are medians; left out: each log by the others",
        ])
    )  # fmt: skip
    refused = Table("Refused", ("run", "reason"), [[r.run, r.reason] for r in a.refused])
    tables = [table for table in (*found, refused) if table.rows]
    stored = f"stored as {a.stored}" if a.stored else "not stored"
    return [replace(t, notes=[*t.notes, stored]) if t is tables[-1] else t for t in tables]


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _share(value: float) -> float:
    return round(100.0 * value, 1)
