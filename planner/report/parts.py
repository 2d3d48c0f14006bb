"""Tables that several answers have."""

from __future__ import annotations

from planner.answers import Memory, Percentiles, Replica
from planner.report.table import Cell, Table


def taken(assumptions: list[str]) -> list[str]:
    """What an answer takes for granted, as notes; that it was not verified is no assumption."""
    return [text if text.startswith("not verified: ") else f"assumed: {text}" for text in assumptions]


def cut_text(r: Replica) -> str:
    """How a replica is cut, and how many tokens it drafts."""
    return f"{r.split_text} drafts {r.draft_tokens}" if r.draft_tokens else r.split_text


def latency_table(rows: list[tuple[str, Percentiles]]) -> Table:
    return Table(
        "Latency, predicted: central figures, at 50 % confidence (90 % interval as factors)",
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
