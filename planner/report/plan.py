"""A plan as tables."""

from __future__ import annotations

from planner.answers import Cluster, Disaggregated, Infeasible, Plan, WiderClass
from planner.report.parts import cut_text, latency_table, memory_table, quality_texts, taken
from planner.report.table import Cell, Table, figure
from planner.words import counted

CLUSTER_COLUMNS = (
    "role", "model", "machine", "provider", "region", "count", "gpu", "gpus", "weights", "kv", "split", "replicas",
    "max_sequences", "usd_per_hour", "usd_per_month", "ttft_p95_s", "tpot_p95_s", "e2e_p95_s", "utilization",
    "class", "price_as_of", "price_age_days", "loses_on",
)  # fmt: skip


FRONT_COLUMNS = (
    "usd_per_hour", "e2e_p95_s", "ttft_p95_s", "tpot_p95_s", "gpu", "weights", "kv", "split", "replicas", "machine",
)  # fmt: skip

CENTRAL_LATENCIES = "latencies of this table are central (50 % confidence)"


def cluster_row(role: str, c: Cluster, loses_on: str = "") -> list[Cell]:
    m, r = c.machine, c.replica
    return [
        role, r.model, m.instance_type, m.provider, m.region, m.count, m.gpu, c.gpus, r.weight_format, r.kv_format,
        cut_text(r), c.replicas, r.max_sequences, round(c.cost.usd_per_hour, 4), round(c.cost.usd_per_month, 2),
        round(c.latency.ttft_s.p95, 4), figure(c.latency.tpot_s.p95, 5), round(c.latency.e2e_s.p95, 3),
        round(c.utilization, 3), m.offer_class, m.price_as_of, m.price_age_days, loses_on,
    ]  # fmt: skip


def wider_texts(found: list[WiderClass]) -> list[str]:
    """What classes of offers that were left out would save, each with how to ask for it."""
    return [f"--offer-class takes more: {each.text}" for each in found]


def plan_tables(p: Plan) -> list[Table]:
    from planner.report.simulation import latency_table as simulated_latency
    from planner.report.simulation import sla_tables

    c = p.cluster
    apart = _apart_table(p.disaggregated) if p.disaggregated else None
    reasons = [
        Table("Why not", ("what", "usd_per_hour", "reason"), [[w.what, w.usd_per_hour, w.reason] for w in p.why_not])
    ]
    checked = [simulated_latency(p.verification, p.confidence), *sla_tables(p.verification)] if p.verification else []
    rows = [cluster_row("winner", c)] + [cluster_row("runner-up", r.cluster, r.loses_on) for r in p.runners_up]
    facts = [
        f"binding limit: {p.binding_limit}",
        f"{CENTRAL_LATENCIES}; limits and simulation hold at {p.confidence:.0%}",
        f"breaks at {c.sla_breaks_at_rate_per_s:.3g} requests a second; utilization {c.utilization:.0%}",
        f"${c.cost.usd_per_million_input_tokens:.3f} per million input tokens, "
        f"${c.cost.usd_per_million_output_tokens:.3f} per million output tokens (USD)",
        f"price: {c.machine.price_source} ({c.machine.price_text}); prices in scope dated "
        f"{p.prices_from} to {p.prices_to}",
        *(f"warning: {text}" for text in p.warnings),
        *quality_texts(c),
        *(f"a looser limit on quality: {choice.text}" for choice in p.looser),
        *wider_texts(p.wider),
        *(p.offline.texts if p.offline else []),
        *([f"power: {p.energy.text}"] if p.energy else []),
        f"{counted(p.candidates, 'candidate')} of {counted(p.designs, 'design')}",
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
                [round(f.usd_per_hour, 2), round(f.e2e_p95_s, 3), round(f.ttft_p95_s, 4), figure(f.tpot_p95_s, 5),
                 f.gpu, f.weight_format, f.kv_format, f.split, f.replicas, f.instance_type]
                for f in p.pareto
            ],
            taken(p.assumptions),
        ),
    ]  # fmt: skip


def _apart_table(d: Disaggregated) -> Table:
    rows: list[list[Cell]] = [
        [name, p.machine.instance_type, p.machine.gpu, p.replica.weight_format, cut_text(p.replica), p.replicas,
         p.machine.count, round(p.rate_per_replica_per_s, 3), round(p.usd_per_hour, 4)]
        for name, p in (("prefill", d.prefill), ("decode", d.decode))
    ]  # fmt: skip
    columns = ("phase", "machine", "gpu", "weights", "split", "replicas", "machines", "rate_each", "usd_per_hour")
    notes = [f"${d.usd_per_hour:.2f} an hour; {d.against_both}", f"a cache moves in {d.transfer_s * 1e3:.1f} ms"]
    return Table("Prefill and decode apart", columns, rows, notes)


def infeasible_tables(a: Infeasible) -> list[Table]:
    rows = [cluster_row("nearest", a.nearest)] if a.nearest else []
    facts = [f"infeasible: {a.binding_limit}", f"nearest feasible: {a.nearest_change}", *wider_texts(a.wider)]
    facts += [f"{CENTRAL_LATENCIES}; limits are asked at the confidence of the plan"] if a.nearest else []
    return [Table("Infeasible", CLUSTER_COLUMNS, rows, facts + taken(a.assumptions))]
