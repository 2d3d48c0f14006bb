"""Memory of one accelerator, by part, and as the engine's log says it."""

from __future__ import annotations

from planner.answers import Cluster, Memory
from planner.document.record import (
    ChartSeries,
    Fact,
    Facts,
    FigureTable,
    ReportBlock,
    ReportChart,
    Section,
    TableColumn,
    TextBlock,
)
from planner.document.sources import Cited
from planner.export.acceptance import log_lines

METHOD = "memory model (docs/method.md), fitted to start-up logs of the engine"


def memory(c: Cluster, cited: Cited) -> Section:
    """The parts, what is left, and the lines of the engine's log to compare with."""
    m = c.memory
    columns = [
        TableColumn(key="part", label="Part"),
        TableColumn(key="gib", label="Each accelerator", unit="GiB", method=METHOD),
        TableColumn(key="share", label="Of what a process sees", unit="share", formula="gib / memory.total_gib"),
    ]
    parts = [(part.name.replace("_", " "), part.gib) for part in m.parts] + [("free", m.free_gib)]
    rows = [[name, gib, gib / m.total_gib] for name, gib in parts]
    table = FigureTable(key="memory.parts", title="By part", columns=columns, rows=[[*row] for row in rows])
    lead = (
        f"{m.total_gib:.1f} GiB of each {c.machine.gpu} are seen by a process; the engine may use "
        f"{m.budget_gib:.1f} GiB. The cache holds {m.kv_tokens_per_replica:,} tokens a replica."
    )
    blocks: list[ReportBlock] = [_facts(m), table, _chart(c, parts)]
    return Section(key="memory", title="Memory", lead=lead, blocks=[*blocks, *_log(c)])


def _facts(m: Memory) -> Facts:
    rows: tuple[tuple[str, str, float, str, str], ...] = (
        ("card_gib", "Memory of the card", m.card_gib, "GiB", "nominal size of the card, or what its driver reports"),
        ("driver_gib", "Of it the driver's", m.driver_gib, "GiB", METHOD),
        ("total_gib", "What a process sees", m.total_gib, "GiB", METHOD),
        ("budget_gib", "Share that the engine may use", m.budget_gib, "GiB", "total x memory fraction of the engine"),
        ("reserve_gib", "Outside of that share", m.reserve_gib, "GiB", METHOD),
        ("kv_tokens", "Cache of a replica", m.kv_tokens_per_replica, "tokens", "whole blocks, as the engine counts"),
        ("sequences", "Mean sequences that it holds at once", m.sequences_per_replica, "sequences", METHOD),
    )
    figures = [
        Fact(key=f"memory.{key}", label=label, value=value, unit=unit, method=method)
        for key, label, value, unit, method in rows
    ]
    return Facts(key="memory.facts", figures=figures)


def _chart(c: Cluster, parts: list[tuple[str, float]]) -> ReportChart:
    told = ", ".join(f"{name} {gib:.1f} GiB" for name, gib in parts)
    return ReportChart(
        key="memory.chart", title=f"Memory of one {c.machine.gpu}", shape="stacked", x_label="GiB",
        labels=[c.machine.gpu], series=[ChartSeries(name=name, y=[gib]) for name, gib in parts],
        alt=f"One bar of {c.memory.total_gib:.1f} GiB: {told}.", method=METHOD,
    )  # fmt: skip


def _log(c: Cluster) -> list[TextBlock]:
    """Lines of the engine's start-up log with our figures; none for an engine whose words are not known."""
    lines = log_lines(c)
    if not lines:
        return []
    return [TextBlock(key="memory.log", title="What the start-up log will say", style="code", items=lines)]
