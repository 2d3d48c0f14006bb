"""The winner of a plan as a card."""

from __future__ import annotations

from planner.answers import Cluster, Plan, SlaMargin
from planner.report.parts import cut_text
from planner.report.table import Cell, Overview, Table
from planner.words import counted

METRICS = ("ttft", "tpot", "e2e")


def winner_card(p: Plan) -> Overview:
    """All that is signed for: what runs where, from whom, for how much, and how far from its limits."""
    c = p.cluster
    lines = [
        *cluster_lines(c),
        *([("power", p.energy.text)] if p.energy else []),
        ("breaks at", breaks_text(c)),
        ("first limit", p.binding_limit),
        *([("users", p.busier.text)] if p.busier else []),
        *(("warning", text) for text in p.warnings),
        *(("would save", text) for text in [*(f"less quality: {x.text}" for x in p.looser), *wider_texts(p)]),
        ("confidence", _confidence(p)),
        *_start(p),
    ]
    title = f"{c.gpus} x {c.machine.gpu}: ${c.cost.usd_per_hour:,.2f} an hour (USD)"
    return Overview(title, lines, [_sla_table(p.sla) if p.sla else _figures_table(p)])


def cluster_lines(c: Cluster) -> list[tuple[str, str]]:
    """A cluster in words: model, format with its loss, engine, machine, provider, price and its age."""
    m, r = c.machine, c.replica
    copies = f"{counted(c.replicas, 'replica')} of {counted(r.gpus, 'GPU')}"
    spare = f" ({c.spare_replicas} spare)" if c.spare_replicas else ""
    made = f"; made with {c.quality.made_with} where none is published" if c.quality.made_with else ""
    return [
        ("model", r.model),
        ("format", f"{r.weight_format} weights, {r.kv_format} cache{made}"),
        ("quality", c.quality.text),
        ("engine", f"{r.engine}, {cut_text(r)}, {copies}{spare}, at most {counted(r.max_sequences, 'sequence')} each"),
        ("machine", f"{m.count} x {m.instance_type} ({m.gpus} x {m.gpu} each)"),
        ("provider", f"{m.provider}, region {m.region}, {m.commitment.replace('_', ' ')}"),
        ("price", f"${c.cost.usd_per_hour:,.2f} an hour, ${c.cost.usd_per_month:,.2f} a month; {m.price_text}"),
        ("tokens", _tokens_text(c)),
    ]  # fmt: skip


def _start(p: Plan) -> list[tuple[str, str]]:
    """The command of a replica, then what it needs."""
    lines = [("needs" if text.startswith("# ") else "start", text.removeprefix("# ")) for text in _first(p)]
    return sorted(lines, key=lambda line: line[0] == "needs")


def _first(p: Plan) -> list[str]:
    return [text for each in p.start[:1] for text in each.command]


def _tokens_text(c: Cluster) -> str:
    """What tokens cost; nothing is said of outputs where a model generates none."""
    said = f"${c.cost.usd_per_million_input_tokens:.3f} per million input tokens"
    out = c.cost.usd_per_million_output_tokens
    return f"{said}, ${out:.3f} per million output tokens" if out else said


def breaks_text(c: Cluster) -> str:
    """Where it breaks, how that is known, and how much of it is asked."""
    how = "simulated" if c.sla_breaks_by == "simulation" else "closed form"
    return f"{c.sla_breaks_at_rate_per_s:.3g} requests a second ({how}); utilization {c.utilization:.0%} of it"


def wider_texts(p: Plan) -> list[str]:
    """What offers that were left out would save, each with the option that takes them in."""
    return [each.text for each in p.wider]


def _confidence(p: Plan) -> str:
    how = "simulated" if p.verification else "not simulated: closed form only"
    return f"{p.confidence:.0%} of such deployments are at least this fast ({how})"


def _sla_table(margins: list[SlaMargin]) -> Table:
    rows: list[list[Cell]] = [
        [m.key, m.limit_s, _rounded(m.predicted_s), _rounded(m.simulated_s),
         "-" if m.headroom_share is None else f"{m.headroom_share:.0%}"]
        for m in margins
    ]  # fmt: skip
    return Table("SLA", ("limit", "allowed_s", "predicted_s", "simulated_s", "headroom"), rows)


def _figures_table(p: Plan) -> Table:
    """Without limits: one p95 for each latency."""
    found = p.verification or p.cluster.latency
    rows: list[list[Cell]] = [[f"{name}_p95_s", _rounded(getattr(found, f"{name}_s").p95)] for name in METRICS]
    at = f"at_{p.confidence if p.verification else p.cluster.latency.at_confidence:.0%}".replace("%", "_pct")
    return Table("Latency", ("figure", at), rows)


def _rounded(value: float | None) -> Cell:
    return "-" if value is None or value != value else round(value, 4)
