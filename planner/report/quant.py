"""The quantization table for the terminal and for files."""

from __future__ import annotations

from planner.quant.answer import Kept, QuantAnswer, QuantCluster, QuantRow
from planner.report.table import Cell, Table, figure

RUNS = (
    "gpu", "weights", "kv", "support", "gpus", "usd_hour", "usd_m_in", "usd_m_out", "rate", "tpot_p95_s", "quality",
    "front",
)  # fmt: skip
DETAILS = (
    "gpu", "weights", "kv", "kernel", "split", "replicas", "weights_gib", "kv_tokens", "context", "ttft_p95_s",
    "usd_per_point", "price",
)  # fmt: skip


def quant_tables(a: QuantAnswer) -> list[Table]:
    found = [(r, r.cluster) for r in a.rows if r.cluster is not None]
    found.sort(key=lambda row: (row[0].gpu, row[1].usd_per_hour))
    served = [r for r, _ in found]
    refused = [r for r in a.rows if r.cluster is None]
    tables = [
        Table(f"{a.model}: formats (USD)", RUNS, [_runs(r, c) for r, c in found], _sources(served)),
        Table("Details", DETAILS, [_details(r, c) for r, c in found], _constraints(served)),
    ]
    if refused:
        rows: list[list[Cell]] = [[r.gpu, r.weight_format, r.kv_format, r.support, r.reason] for r in refused]
        notes = [f"prices dated {a.prices_from} to {a.prices_to}", *(f"assumed: {text}" for text in a.assumptions)]
        tables.append(Table("Not here, and why", ("gpu", "weights", "kv", "support", "why"), rows, notes))
    return tables


def _runs(r: QuantRow, c: QuantCluster) -> list[Cell]:
    return [
        r.gpu, r.weight_format, r.kv_format, r.support, c.gpus, round(c.usd_per_hour, 3),
        round(c.usd_per_million_input_tokens, 4), round(c.usd_per_million_output_tokens, 4),
        round(c.sustainable_rate_per_s, 2), figure(c.tpot_p95_s, 5), _quality(r), "*" if r.on_front else "",
    ]  # fmt: skip


def _details(r: QuantRow, c: QuantCluster) -> list[Cell]:
    saved = None if r.usd_saved_per_point is None else round(r.usd_saved_per_point, 3)
    return [
        r.gpu, r.weight_format, r.kv_format, r.kernel, c.split, c.replicas, round(c.weights_gib, 1),
        c.kv_tokens_per_replica, c.longest_context, round(c.ttft_p95_s, 3), saved,
        _price(c),
    ]  # fmt: skip


def _price(c: QuantCluster) -> str:
    """Day, age and class of the price."""
    age = "" if c.price_age_days is None else f", {c.price_age_days} days"
    return f"{c.price_as_of}{age}, {c.offer_class}"


def _quality(r: QuantRow) -> str:
    """Kept quality of weights and cache; ~ marks a measurement on another model."""
    return f"{_kept(r.weights_quality)} / {_kept(r.kv_quality)}"


def _kept(k: Kept) -> str:
    return "no evidence" if k.kept_pct is None else f"{'' if k.same_model else '~'}{k.kept_pct:g}%"


def _sources(rows: list[QuantRow]) -> list[str]:
    notes = [
        "rate: requests a second that the cluster sustains within the SLA",
        "quality: share kept by weights / by the cache, ~ where the nearest model was measured; * on the front",
    ]
    for row in rows:
        for name, k in ((row.weight_format, row.weights_quality), (f"KV {row.kv_format}", row.kv_quality)):
            if k.source:
                notes.append(f"{name}: {k.kept_pct:g} % of {k.metric} on {k.model}; {k.source}")
    return list(dict.fromkeys(notes))


def _constraints(rows: list[QuantRow]) -> list[str]:
    return list(dict.fromkeys(f"{r.weight_format} on {r.gpu}: {text}" for r in rows for text in r.constraints))
