"""The quantization table for the terminal and for files."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from planner.answers import FormatLoss
from planner.answers.cluster import age_text
from planner.quant.answer import Change, QuantAnswer, QuantCluster, QuantRow
from planner.report.parts import SOURCES
from planner.report.table import Cell, Table, figure

RUNS = (
    "gpu", "weights", "kv", "quality", "loss_range", "evidence", "allowed", "gpus", "usd_hour", "usd_m_tokens", "rate",
    "tpot_p95_s", "vs_usd_pct", "vs_weights_pct", "vs_rate_pct", "vs_tpot_pct", "vs_context_pct", "front",
)  # fmt: skip
ALIKE = ("gpu", "gpus", "usd_hour")
# In a terminal, without what follows from the rest.
RUNS_SHOWN = (
    "gpu", "weights", "kv", "quality", "evidence", "allowed", "gpus", "usd_hour", "usd_m_tokens", "rate", "vs_usd_pct",
    "front",
)  # fmt: skip
DETAILS = (
    "gpu", "weights", "kv", "support", "kernel", "split", "replicas", "weights_gib", "kv_tokens", "context",
    "ttft_p95_s", "usd_m_in", "usd_m_out", "usd_per_point", "price",
)  # fmt: skip


DETAILS_SHOWN = (
    "gpu", "weights", "kv", "support", "split", "replicas", "weights_gib", "kv_tokens", "context", "ttft_p95_s",
    "usd_per_point",
)  # fmt: skip


def quant_tables(a: QuantAnswer) -> list[Table]:
    served = [(r, r.cluster) for r in a.rows if r.cluster is not None]
    runs, details = [_runs(r, c) for r, c in served], [_details(r, c) for r, c in served]
    rows = [r for r, _ in served]
    return [
        Table(
            f"{a.model}: formats at the {a.load} (USD, {a.commitment.replace('_', ' ')})",
            RUNS,
            runs,
            [a.checked_by, *_alike(runs), *_measured(rows)],
            shown=_shown(RUNS_SHOWN, runs),
            listed="format",
            shared="gpu",
            legend=_legend(a),
        ),
        Table(
            "Details",
            DETAILS,
            details,
            [*_constraints(rows), *_refused(a), *_taken(a)],
            shown=_shown(DETAILS_SHOWN, runs),
            listed="format",
            shared="gpu",
            legend=_legend(a)[-1:],
        ),
    ]


def _shown(columns: Sequence[str], runs: list[list[Cell]]) -> list[str]:
    """Without machines and dollars that are the same in all rows."""
    same = {name for name in ALIKE if len({row[RUNS.index(name)] for row in runs}) == 1}
    return [name for name in columns if name not in same]


def _alike(runs: list[list[Cell]]) -> list[str]:
    """What all rows share, in words."""
    parts = [{row[RUNS.index(name)] for row in runs} for name in ALIKE]
    if any(len(part) != 1 for part in parts):
        return []
    gpu, gpus, usd = (part.pop() for part in parts)
    return [f"all on {gpus} x {gpu}, ${usd} an hour"]


def _runs(r: QuantRow, c: QuantCluster) -> list[Cell]:
    q = r.quality
    quality: Cell = None if q.loss_pct is None else round(100.0 - q.loss_pct, 2)
    span = "" if q.range_pct is None else f"{q.range_pct[0]:.1f} to {q.range_pct[1]:.1f}"
    evidence = "native" if q.weights.measured == q.cache.measured == "native" else q.evidence
    return [
        r.gpu, r.weight_format, r.kv_format, quality, span, evidence, "yes" if q.within_limit else "no", c.gpus,
        round(c.usd_per_hour, 3), round(c.usd_per_million_tokens, 4), round(c.sustainable_rate_per_s, 2),
        figure(c.tpot_p95_s, 5), *_change(r.change), "*" if r.on_front else "",
    ]  # fmt: skip


def _change(change: Change | None) -> list[Cell]:
    if change is None:
        return [None] * 5
    values = (change.usd_pct, change.weights_pct, change.rate_pct, change.tpot_pct, change.context_pct)
    return [None if isnan(value) else round(value) for value in values]


def _details(r: QuantRow, c: QuantCluster) -> list[Cell]:
    saved = None if r.usd_saved_per_point is None else round(r.usd_saved_per_point, 4)
    return [
        r.gpu, r.weight_format, r.kv_format, r.support, r.kernel, c.split, c.replicas, round(c.weights_gib, 1),
        c.kv_tokens_per_replica, c.longest_context, round(c.ttft_p95_s, 3), round(c.usd_per_million_input_tokens, 4),
        round(c.usd_per_million_output_tokens, 4), saved, _price(c),
    ]  # fmt: skip


def _price(c: QuantCluster) -> str:
    """Day, age and class of the price."""
    return f"{c.price_as_of}{age_text(c.price_age_days).removesuffix(' old')}, {c.offer_class}"


def _legend(a: QuantAnswer) -> list[tuple[str, str]]:
    native = f"against the native row, {a.native_format} with a 16-bit cache"
    changes = ("dollars a million tokens", "memory of the weights", "rate", "time a token", "longest context")
    vs = ("vs_usd_pct", "vs_weights_pct", "vs_rate_pct", "vs_tpot_pct", "vs_context_pct")
    return [
        ("quality", "percent of the benchmark's score kept"),
        ("loss_range", "80 % range of the loss [%]"),
        ("allowed", f"known to lose at most {a.max_loss_pct:g} %"),
        ("rate", "the largest number of requests a second within the SLA on these GPUs"),
        *((name, f"change of the {what} [%] {native}") for name, what in zip(vs, changes, strict=True)),
        ("front", "* on the front of quality against dollars"),
        ("usd_per_point", f"dollars a million tokens saved {native}, for each percent of the score lost"),
    ]


def _measured(rows: list[QuantRow]) -> list[str]:
    """Each format once: how many rows of which models, and their sources."""
    parts = {part.format: part for r in rows for part in (r.quality.weights, r.quality.cache) if part.sources}
    return [_source(part) for part in parts.values()]


def _source(part: FormatLoss) -> str:
    models = part.models[0] if len(part.models) == 1 else f"{len(part.models)} models"
    more = f" and {len(part.sources) - SOURCES} more" if len(part.sources) > SOURCES else ""
    note = f" ({part.note})" if part.note else ""
    lost = f"{part.loss_pct:g} % lost" if part.loss_pct is not None else "not measured"
    return f"{part.format}: {lost}, {part.rows} rows of {models}{note}; {', '.join(part.sources[:SOURCES])}{more}"


def _constraints(rows: list[QuantRow]) -> list[str]:
    return list(dict.fromkeys(f"{r.weight_format} on {r.gpu}: {text}" for r in rows for text in r.constraints))


def _refused(a: QuantAnswer) -> list[str]:
    """What does not run, by reason: one line each."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for r in a.rows:
        if r.cluster is None:
            found.setdefault((r.gpu, r.reason), {}).setdefault(r.weight_format, []).append(r.kv_format)
    return [f"not on {gpu}: {_folded(caches)}: {why}" for (gpu, why), caches in found.items()]


def _folded(caches: dict[str, list[str]]) -> str:
    """Weight formats by the caches that they share a reason with."""
    found: dict[str, list[str]] = {}
    for weights, kvs in caches.items():
        found.setdefault(", ".join(kvs), []).append(weights)
    return "; ".join(f"{', '.join(weights)} (KV {kvs})" for kvs, weights in found.items())


def _taken(a: QuantAnswer) -> list[str]:
    return [f"prices dated {a.prices_from} to {a.prices_to}", *(f"assumed: {text}" for text in a.assumptions)]
