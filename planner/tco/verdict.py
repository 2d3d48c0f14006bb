"""What an answer about money comes to, in one or two sentences."""

from __future__ import annotations

from collections.abc import Sequence

from planner.request.request import QualityFloor
from planner.tco.answer import FloorWay

VOLUME = "volume: "


def verdict(advice: Sequence[str]) -> str:
    """The choice, and how the volume stands to the break-even where there is one."""
    volumes = [text.removeprefix(VOLUME) for text in advice[1:] if text.startswith(VOLUME)]
    return "; ".join([advice[0], *volumes[:1]])


def floor_verdict(floor: QualityFloor, ways: Sequence[FloorWay]) -> str:
    """The cheapest way to a score, and the cheapest of the other kind; `ways` are sorted, the best first."""
    best = ways[0]
    other = next((way for way in ways if way.kind != best.kind and not way.breaches), None)
    told = f"cheapest way to {floor.benchmark} of at least {floor.min_score:g}: {_way(best)}"
    if best.breaches:
        told += f", which breaks {best.breaches[0]}"
    kind = "API" if best.kind != "API" else "model to host"
    return f"{told}; cheapest {kind}: {_way(other)}" if other else f"{told}; no {kind} in scope reaches it"


def _way(way: FloorWay) -> str:
    how = way.model if way.kind == "API" else f"{way.model} hosted {way.way}"
    return f"{how} (scores {way.score:g}), ${way.usd_per_month:,.2f} a month"


def not_reached_verdict(floor: QualityFloor, nearest: tuple[float, str] | None) -> str:
    """That nothing reaches a score, and what comes nearest."""
    told = f"nothing in scope reaches {floor.benchmark} of at least {floor.min_score:g}"
    return f"{told}; nearest: {nearest[1]} with {nearest[0]:g}" if nearest else f"{told}, and nothing comes near"
