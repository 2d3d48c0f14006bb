"""Tables that several answers have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report.table import Cell, Table, figure
from planner.words import counted

if TYPE_CHECKING:
    from planner.answers import Cluster, Memory, Percentiles, Replica


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
            [
                name,
                *(figure(getattr(p, key), 5) for key in ("mean", "p50", "p90", "p95", "p99")),
                p.low,
                p.high,
                p.basis,
            ]
            for name, p in rows
        ],
    )


def memory_table(m: Memory) -> Table:
    """The parts of a card, which add up to it."""
    parts = [(part.name, part.gib) for part in m.parts]
    parts += [("free", m.free_gib), ("driver", m.driver_gib)]
    rows: list[list[Cell]] = [[name, round(gib, 3), f"{gib / m.card_gib:.1%}"] for name, gib in parts]
    rows += [["card", round(m.card_gib, 3), ""]]
    tokens, sequences = counted(m.kv_tokens_per_replica, "KV token"), counted(m.sequences_per_replica, "sequence")
    held = f"{tokens} and {sequences} a replica"
    notes = [
        held if m.kv_tokens_per_replica else "nothing is kept between steps: the cache has no tokens",
        f"the engine may use {m.budget_gib:.3f} GiB; the reserve beyond is {m.reserve_gib:.3f} GiB of what is free",
    ]
    return Table("Memory per GPU", ("part", "gib", "share"), rows, notes)


# Sources that a table names before it counts the rest.
SOURCES = 3


def quality_texts(c: Cluster) -> list[str]:
    """What the formats of a cluster cost in quality, and where that was measured."""
    q = c.quality
    found = [f"quality: {c.replica.weight_format} weights with a {c.replica.kv_format} cache: {q.text}"]
    for part in (q.weights, q.cache):
        if part.sources:
            more = f" and {len(part.sources) - SOURCES} more" if len(part.sources) > SOURCES else ""
            note = f" ({part.note})" if part.note else ""
            found.append(f"{part.format}: {part.rows} rows of {_models(part.models)}{note}; "
                         f"{', '.join(part.sources[:SOURCES])}{more}")  # fmt: skip
    if q.made_with:
        found.append(
            f"{c.replica.weight_format} weights are made with {q.made_with}, where no such checkpoint is published"
        )
    return found


def _models(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} models"
