"""Every answer as a list of plain tables; the renderers know nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.answers import (
    Cluster,
    Disaggregated,
    Estimate,
    FitAnswer,
    Infeasible,
    Memory,
    Percentiles,
    Plan,
    Replica,
    StepAnswer,
)

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A titled table; `notes` follow it as lines."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = field(default_factory=tuple)


CLUSTER_COLUMNS = (
    "role", "machine", "provider", "region", "count", "gpu", "gpus", "weights", "kv", "split", "replicas",
    "max_sequences", "usd_per_hour", "usd_per_month", "ttft_p95_s", "tpot_p95_s", "e2e_p95_s", "utilization",
    "price_as_of", "loses_on",
)  # fmt: skip


FRONT_COLUMNS = (
    "usd_per_hour", "e2e_p95_s", "ttft_p95_s", "tpot_p95_s", "gpu", "weights", "kv", "split", "replicas", "machine",
)  # fmt: skip


def split_text(r: Replica) -> str:
    parts = [
        f"tp{r.tp}",
        f"pp{r.pp}" if r.pp > 1 else "",
        f"ep{r.ep}" if r.ep > 1 else "",
        f"dp{r.dp}" if r.dp > 1 else "",
        f"drafts {r.draft_tokens}" if r.draft_tokens else "",
    ]
    return " ".join(part for part in parts if part)


def cluster_row(role: str, c: Cluster, loses_on: str = "") -> list[Cell]:
    m, r = c.machine, c.replica
    return [
        role, m.instance_type, m.provider, m.region, m.count, m.gpu, c.gpus, r.weight_format, r.kv_format,
        split_text(r), c.replicas, r.max_sequences, round(c.cost.usd_per_hour, 4), round(c.cost.usd_per_month, 2),
        round(c.latency.ttft_s.p95, 4), round(c.latency.tpot_s.p95, 5), round(c.latency.e2e_s.p95, 3),
        round(c.utilization, 3), m.price_as_of, loses_on,
    ]  # fmt: skip


def plan_tables(p: Plan) -> list[Table]:
    from planner.report.simulation import latency_table as simulated_latency
    from planner.report.simulation import sla_tables

    c = p.cluster
    apart = _apart_table(p.disaggregated) if p.disaggregated else None
    reasons = [
        Table("Why not", ("what", "usd_per_hour", "reason"), [[w.what, w.usd_per_hour, w.reason] for w in p.why_not])
    ]
    checked = [simulated_latency(p.verification), *sla_tables(p.verification)] if p.verification else []
    rows = [cluster_row("winner", c)] + [cluster_row("runner-up", r.cluster, r.loses_on) for r in p.runners_up]
    facts = [
        f"binding limit: {p.binding_limit}",
        f"SLA breaks at {c.sla_breaks_at_rate_per_s:.3g} requests a second; utilization {c.utilization:.0%}",
        f"${c.cost.usd_per_million_input_tokens:.3f} per million input tokens, "
        f"${c.cost.usd_per_million_output_tokens:.3f} per million output tokens (USD)",
        f"price: {c.machine.price_source} ({c.machine.price_as_of}); prices in scope dated "
        f"{p.prices_from} to {p.prices_to}",
        f"{p.candidates:,} candidates of {p.designs:,} designs",
    ]
    return [
        Table("Cluster", CLUSTER_COLUMNS, rows, facts),
        latency_table([("ttft_s", c.latency.ttft_s), ("tpot_s", c.latency.tpot_s), ("e2e_s", c.latency.e2e_s)]),
        memory_table(c.memory),
        *checked,
        *(reasons if p.why_not else []),
        *([apart] if apart else []),
        Table(
            "Pareto front (dollars, p95 end to end; latencies at the stated confidence)",
            FRONT_COLUMNS,
            [
                [round(f.usd_per_hour, 2), round(f.e2e_p95_s, 3), round(f.ttft_p95_s, 4), round(f.tpot_p95_s, 5), f.gpu,
                 f.weight_format, f.kv_format, f.split, f.replicas, f.instance_type]
                for f in p.pareto
            ],
            [f"assumed: {text}" for text in p.assumptions],
        ),
    ]  # fmt: skip


def _apart_table(d: Disaggregated) -> Table:
    rows: list[list[Cell]] = [
        [name, p.machine.instance_type, p.machine.gpu, p.replica.weight_format, split_text(p.replica), p.replicas,
         p.machine.count, round(p.rate_per_replica_per_s, 3), round(p.usd_per_hour, 4)]
        for name, p in (("prefill", d.prefill), ("decode", d.decode))
    ]  # fmt: skip
    columns = ("phase", "machine", "gpu", "weights", "split", "replicas", "machines", "rate_each", "usd_per_hour")
    notes = [f"${d.usd_per_hour:.2f} an hour; {d.against_both}", f"a cache moves in {d.transfer_s * 1e3:.1f} ms"]
    return Table("Prefill and decode apart", columns, rows, notes)


def latency_table(rows: list[tuple[str, Percentiles]]) -> Table:
    return Table(
        "Latency, predicted (90 % interval as factors)",
        ("figure", "mean", "p50", "p90", "p95", "p99", "low", "high", "basis"),
        [
            [name, *(round(getattr(p, key), 5) for key in ("mean", "p50", "p90", "p95", "p99")), p.low, p.high, p.basis]
            for name, p in rows
        ],
    )


def memory_table(m: Memory) -> Table:
    rows: list[list[Cell]] = [[part.name, round(part.gib, 3), f"{part.gib / m.total_gib:.1%}"] for part in m.parts]
    rows += [["free", round(m.free_gib, 3), f"{m.free_gib / m.total_gib:.1%}"], ["total", round(m.total_gib, 3), ""]]
    notes = [f"{m.kv_tokens_per_replica:,} KV tokens and {m.sequences_per_replica:,} sequences a replica"]
    return Table("Memory per GPU", ("part", "gib", "share"), rows, notes)


def infeasible_tables(a: Infeasible) -> list[Table]:
    rows = [cluster_row("nearest", a.nearest)] if a.nearest else []
    facts = [f"infeasible: {a.binding_limit}", f"nearest feasible: {a.nearest_change}"]
    return [Table("Infeasible", CLUSTER_COLUMNS, rows, facts + [f"assumed: {text}" for text in a.assumptions])]


def step_table(title: str, step: StepAnswer) -> Table:
    return Table(
        f"{title}: {step.total_ms:.3f} ms",
        ("operator", "ms", "share", "compute_ms", "bandwidth_ms", "fixed_ms", "binds"),
        [
            [t.name, round(t.ms, 4), f"{t.ms / step.total_ms:.1%}", round(t.compute_ms, 4), round(t.bandwidth_ms, 4),
             round(t.fixed_ms, 4), t.binds]
            for t in step.terms
        ],
    )  # fmt: skip


def estimate_tables(e: Estimate) -> list[Table]:
    r = e.replica
    rows: list[list[Cell]] = [
        ["model", f"{r.model} in {r.weight_format}, KV {r.kv_format}"],
        ["on", f"{r.gpus} x {e.gpu}, {split_text(r)}, {r.engine}"],
        ["kernel", f"{r.kernel} ({r.support})"],
        ["output tokens/s", round(e.output_tokens_per_s, 1)],
        ["90 % interval", f"{e.output_tokens_per_s_low:.1f} to {e.output_tokens_per_s_high:.1f}"],
        ["running sequences", f"{e.concurrency:.1f}"],
        ["saturates at", f"{e.saturation_rate_per_s:.3g} requests/s"],
    ]  # fmt: skip
    lat = [("ttft_s", e.latency.ttft_s), ("tpot_s", e.latency.tpot_s), ("e2e_s", e.latency.e2e_s)]
    return [
        Table("Estimate", ("what", "value"), rows, [f"assumed: {text}" for text in e.assumptions]),
        latency_table(lat),
        memory_table(e.memory),
        step_table("Decode step", e.decode_step),
        step_table("Prefill step", e.prefill_step),
    ]


def fit_tables(a: FitAnswer) -> list[Table]:
    rows = [
        [row.gpu, "yes" if row.fits else "no", row.smallest_tp, round(row.weights_gib, 2), round(row.kv_pool_gib, 2),
         row.max_context, row.max_sequences, row.change]
        for row in a.rows
    ]  # fmt: skip
    title = f"{a.model} in {a.weight_format}, KV {a.kv_format}, {a.engine}, {a.context:,} tokens"
    columns = ("gpu", "fits", "smallest_tp", "weights_gib", "kv_pool_gib", "max_context", "max_sequences", "change")
    return [Table(title, columns, rows, [f"assumed: {text}" for text in a.assumptions])]
