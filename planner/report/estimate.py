"""An estimate as tables."""

from __future__ import annotations

from math import isfinite

from planner.answers import DoesNotFit, Estimate, LatencyParts, OnHost, StepAnswer
from planner.report.parts import cut_text, latency_table, memory_table
from planner.report.table import ENDLESS, Cell, Table, figure

# A shorter part has no digit to show.
SHOWN_MS = 5e-5


def step_table(title: str, step: StepAnswer) -> Table:
    return Table(
        f"{title}: {step.total_ms:.3f} ms",
        ("operator", "ms", "share", "compute_ms", "bandwidth_ms", "fixed_ms", "hidden_ms", "binds"),
        [
            [t.name, _ms(t.ms), _share(t.ms, step.total_ms), _ms(t.compute_ms), _ms(t.bandwidth_ms), _ms(t.fixed_ms),
             _ms(t.hidden_ms), t.binds]
            for t in step.terms
        ],
    )  # fmt: skip


def parts_table(title: str, made: LatencyParts) -> Table:
    return Table(
        f"{title}, mean: {made.mean_ms:.3f} ms" if isfinite(made.mean_ms) else f"{title}, mean: {ENDLESS}",
        ("part", "ms", "share", "count", "each_ms", "hidden_ms"),
        [
            [p.name, _ms(p.ms), _share(p.ms, made.mean_ms), round(p.count, 4), _ms(p.each_ms), _ms(p.hidden_ms)]
            for p in made.parts
            if p.ms >= SHOWN_MS
        ],
    )


def _ms(value: float) -> Cell:
    return figure(value, 4)


def _share(part: float, whole: float) -> str:
    return f"{round(part / whole, 3) + 0.0:.1%}" if isfinite(whole) else ""


def estimate_tables(e: Estimate) -> list[Table]:
    r = e.replica
    rows: list[list[Cell]] = [
        ["model", f"{r.model} in {r.weight_format}, KV {r.kv_format}"],
        ["on", f"{r.gpus} x {e.gpu}, {cut_text(r)}, {r.engine}"],
        ["kernel", f"{r.kernel} ({r.support})"],
        *_throughput(e),
        ["running sequences", f"{e.concurrency:.1f}"],
        ["quality", e.quality.text],
        ["saturates at", f"{e.saturation_rate_per_s:.3g} requests/s"],
    ]  # fmt: skip
    if e.status == "not_sustained":
        rows.insert(0, ["status", "not sustained: waits for the first token grow without end"])
    lat = [("ttft_s", e.latency.ttft_s), ("tpot_s", e.latency.tpot_s), ("e2e_s", e.latency.e2e_s)]
    return [
        Table("Estimate", ("what", "value"), rows, [f"assumed: {text}" for text in e.assumptions]),
        latency_table(lat),
        parts_table("Time to first token", e.ttft_parts),
        *([parts_table("Time per output token", e.tpot_parts)] if e.tpot_parts.parts else []),
        memory_table(e.memory),
        *([step_table("Decode step", e.decode_step)] if e.task == "generate" else []),
        step_table("Prefill step", e.prefill_step),
    ]


def _throughput(e: Estimate) -> list[list[Cell]]:
    """Output tokens a second; of a model that generates nothing, prompt tokens."""
    if e.task == "generate":
        return [
            ["output tokens/s", round(e.output_tokens_per_s, 1)],
            ["90 % interval", f"{e.output_tokens_per_s_low:.1f} to {e.output_tokens_per_s_high:.1f}"],
        ]
    low, high = (part / e.output_tokens_per_s for part in (e.output_tokens_per_s_low, e.output_tokens_per_s_high))
    each = e.input_tokens_per_s
    return [["prompt tokens/s", round(each, 1)], ["90 % interval", f"{each * low:.1f} to {each * high:.1f}"]]


def no_fit_tables(a: DoesNotFit) -> list[Table]:
    r = a.replica
    rows: list[list[Cell]] = [
        ["model", f"{r.model} in {r.weight_format}, KV {r.kv_format}"],
        ["on", f"{r.gpus} x {a.gpu}, {cut_text(r)}, {r.engine}"],
        ["weights, GiB per GPU", round(a.weights_gib, 2)],
        ["usable, GiB per GPU", round(a.budget_gib, 2)],
        ["left for the cache, GiB per GPU", round(a.kv_pool_gib, 2)],
        ["one sequence, GiB per GPU", round(a.sequence_gib, 2)],
        ["missing, GiB per GPU", round(a.missing_gib, 2)],
    ]
    return [Table("Does not fit", ("what", "value"), rows, [a.reason, *(f"assumed: {text}" for text in a.assumptions)])]


def on_host_tables(a: OnHost) -> list[Table]:
    r, rate = a.replica, a.decode_tokens_per_s
    rows: list[list[Cell]] = [
        ["model", f"{r.model} in {r.weight_format}, KV {r.kv_format}"],
        ["on", f"{r.gpus} x {a.gpu}, {cut_text(r)}, {r.engine}"],
        ["read from host memory a token, GiB", round(a.host_gib_per_token, 3)],
        ["one stream, output tokens/s", "not known" if rate is None else round(rate, 2)],
    ]
    if a.decode_tokens_per_s_low is not None and a.decode_tokens_per_s_high is not None:
        rows.append(["between", f"{a.decode_tokens_per_s_low:.2f} and {a.decode_tokens_per_s_high:.2f} ({a.basis})"])
    host: list[list[Cell]] = [[part.name, round(part.gib, 3)] for part in a.host]
    return [
        Table("Partly in host memory", ("what", "value"), rows,
              [a.reason, *(f"assumed: {text}" for text in a.assumptions)]),
        memory_table(a.memory),
        Table("Host memory", ("part", "gib"), host),
    ]  # fmt: skip
