"""A plan as tables."""

from __future__ import annotations

from planner.answers import Cluster, Disaggregated, Infeasible, Plan
from planner.report.parts import cut_text, latency_table, memory_table, quality_texts, taken
from planner.report.simulation import latency_table as simulated_latency
from planner.report.simulation import sampled_texts
from planner.report.table import Block, Cell, Overview, Table, figure
from planner.report.winner import cluster_lines, winner_card
from planner.words import counted

CLUSTER_COLUMNS = (
    "role", "model", "machine", "provider", "region", "count", "gpu", "gpus", "weights", "kv", "split", "replicas",
    "max_sequences", "usd_per_hour", "usd_per_month", "ttft_p95_s", "tpot_p95_s", "e2e_p95_s", "latency_confidence",
    "utilization", "class", "price_as_of", "price_age_days", "simulated", "loses_on",
)  # fmt: skip
# What tells candidates apart, in a terminal.
COMPARED = (
    "role", "gpu", "gpus", "weights", "kv", "machine", "provider", "usd_per_hour", "price_age_days", "simulated",
    "loses_on",
)  # fmt: skip
# What it can do without where the terminal is narrow, the first of them first.
SPARE = ("price_age_days", "simulated", "provider", "kv")
HOLDS, NOT_SIMULATED = "holds", "no"

FRONT_COLUMNS = (
    "usd_per_hour", "e2e_p95_s", "ttft_p95_s", "tpot_p95_s", "gpu", "weights", "kv", "split", "replicas",
    "price_age_days", "machine",
)  # fmt: skip

WORDS = "words: `gpuplan explain` says what each word of this answer means, such as `gpuplan explain ttft`"
FRONT_SPARE = ("price_age_days", "tpot_p95_s", "replicas")

RUNNERS_UP = "runners-up: the cheapest that hold on each other GPU, and with each other number of bits a weight"
CENTRAL_LATENCIES = "latencies of this table are central (50 % confidence)"


def cluster_row(role: str, c: Cluster, *, simulated: bool = False, loses_on: str = "") -> list[Cell]:
    m, r = c.machine, c.replica
    return [
        role, r.model, m.instance_type, m.provider, m.region, m.count, m.gpu, c.gpus, r.weight_format, r.kv_format,
        cut_text(r), c.replicas, r.max_sequences, round(c.cost.usd_per_hour, 4), round(c.cost.usd_per_month, 2),
        round(c.latency.ttft_s.p95, 4), figure(c.latency.tpot_s.p95, 5), round(c.latency.e2e_s.p95, 3),
        c.latency.at_confidence,
        round(c.utilization, 3), m.offer_class, m.price_as_of, m.price_age_days,
        HOLDS if simulated else NOT_SIMULATED, loses_on,
    ]  # fmt: skip


def plan_tables(p: Plan) -> list[Block]:
    c = p.cluster
    rows = [cluster_row("winner", c, simulated=p.verification is not None)]
    rows += [cluster_row("runner-up", r.cluster, simulated=r.simulated, loses_on=r.loses_on) for r in p.runners_up]
    return [
        winner_card(p),
        Table(
            "The winner and its runners-up",
            CLUSTER_COLUMNS,
            rows,
            _cluster_notes(p),
            shown=COMPARED,
            spare=SPARE,
            listed="candidate",
        ),
        _latency(p),
        memory_table(c.memory),
        Table("What the formats cost in quality", (), [], quality_texts(c)),
        *([_why_not_table(p)] if p.why_not else []),
        *([_apart_table(p.disaggregated)] if p.disaggregated else []),
        _front_table(p),
        *([Table("Without a network", (), [], p.offline.texts)] if p.offline else []),
        Table("What this takes for granted", (), [], [*taken(p.assumptions), WORDS]),
    ]


def _cluster_notes(p: Plan) -> list[str]:
    return [
        f"latencies of this table (CSV, JSON) are central (50 % confidence); limits hold at {p.confidence:.0%}",
        f"prices in scope dated {p.prices_from} to {p.prices_to}; the winner's: {p.cluster.machine.price_source}",
        f"{counted(p.candidates, 'candidate')} of {counted(p.designs, 'design')}",
        RUNNERS_UP,
    ]


def _latency(p: Plan) -> Table:
    """One figure a percentile: simulated at the plan's confidence, or the central prediction without a simulation."""
    lat = p.cluster.latency
    predicted = latency_table([("ttft_s", lat.ttft_s), ("tpot_s", lat.tpot_s), ("e2e_s", lat.e2e_s)])
    if p.verification is None:
        return predicted
    found = simulated_latency(p.verification, p.confidence)
    spans = ", ".join(
        f"{x.low:g} to {x.high:g} ({n}, {x.basis})" for n, x in (("TTFT", lat.ttft_s), ("TPOT", lat.tpot_s))
    )
    note = f"measured figures lie within these factors of the central prediction (90 %): {spans}"
    return Table(found.title, found.columns, found.rows, [*sampled_texts(p.verification), note])


def _why_not_table(p: Plan) -> Table:
    rows: list[list[Cell]] = [[w.what, w.usd_per_hour, w.price_age_days, w.reason] for w in p.why_not]
    return Table("Why not", ("what", "usd_per_hour", "price_age_days", "reason"), rows)


def _front_table(p: Plan) -> Table:
    rows: list[list[Cell]] = [
        [round(f.usd_per_hour, 2), round(f.e2e_p95_s, 3), round(f.ttft_p95_s, 4), figure(f.tpot_p95_s, 5),
         f.gpu, f.weight_format, f.kv_format, f.split, f.replicas, f.price_age_days, f.instance_type]
        for f in p.pareto
    ]  # fmt: skip
    title = f"Pareto front (dollars, p95 end to end; closed form at {p.confidence:.0%} confidence)"
    return Table(title, FRONT_COLUMNS, rows, [], shown=FRONT_COLUMNS[:-1], listed="point", spare=FRONT_SPARE)


def _apart_table(d: Disaggregated) -> Table:
    rows: list[list[Cell]] = [
        [name, p.machine.instance_type, p.machine.gpu, p.replica.weight_format, cut_text(p.replica), p.replicas,
         p.machine.count, round(p.rate_per_replica_per_s, 3), round(p.usd_per_hour, 4)]
        for name, p in (("prefill", d.prefill), ("decode", d.decode))
    ]  # fmt: skip
    columns = ("phase", "machine", "gpu", "weights", "split", "replicas", "machines", "rate_each", "usd_per_hour")
    notes = [f"${d.usd_per_hour:.2f} an hour; {d.against_both}", f"a cache moves in {d.transfer_s * 1e3:.1f} ms"]
    return Table("Prefill and decode apart", columns, rows, notes, spare=("rate_each", "weights", "machines"))


def infeasible_tables(a: Infeasible) -> list[Block]:
    lines = [("why", a.binding_limit), ("nearest", a.nearest_change)]
    lines += [("would do", each.text) for each in a.wider]
    lines += [(f"nearest {name}", text) for name, text in (cluster_lines(a.nearest) if a.nearest else [])]
    rows = [cluster_row("nearest", a.nearest)] if a.nearest else []
    notes = [f"{CENTRAL_LATENCIES}; limits are asked at the confidence of the plan"] if a.nearest else []
    return [
        Overview("Infeasible", lines),
        Table("The nearest that would do", CLUSTER_COLUMNS, rows, notes, shown=COMPARED[:-2]),
        Table("What this takes for granted", (), [], taken(a.assumptions)),
    ]
