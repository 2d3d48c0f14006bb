"""What the charts of a candidate show."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase
from typing import TYPE_CHECKING

from planner.request.metrics import METRICS
from tui.plot.picture import Axis, Limit, Picture, Series
from tui.plot.scale import si

if TYPE_CHECKING:
    from planner.plan.candidate import Details
    from planner.plan.roofline import Roofline, RooflinePoint

# How far roofs go beyond the outermost operators and the ridge.
BEYOND = 2.0


def roofline(found: Details) -> Picture:
    """Operators of both phases under the roofs of the datasheet; small letters for decode, capitals for prefill."""
    line = found.roofline
    phases = list(dict.fromkeys(p.phase for p in line.points))
    names = list(dict.fromkeys(p.name for p in line.points))
    letters = {(p.phase, p.name): _letter(names.index(p.name), phases.index(p.phase)) for p in line.points if p.nbytes}
    points = [
        Series(_called(p, letters), [p.flop_per_byte], [p.flop_per_s], points=True, tone=1 + phases.index(p.phase),
               mark=letters[p.phase, p.name])
        for p in line.points if p.nbytes
    ]  # fmt: skip
    whole = [next(p for p in line.points if p.phase == phase) for phase in phases]
    alone = [
        f"{p.phase}: {p.name} has no bytes here, {si(p.flop_per_s, 'FLOP/s')}" for p in line.points if not p.nbytes
    ]
    return Picture(
        "datasheet roofs of one GPU", Axis("FLOP/byte", log=True), Axis("", "FLOP/s", log=True),
        (*_roofs(line), *points), notes=(*(_bound(line, p) for p in whole), *alone),
    )  # fmt: skip


def _called(p: RooflinePoint, letters: Mapping[tuple[str, str], str]) -> str:
    """An operator is called once, with its letters of both phases; where another one has called it, by no name."""
    first, *others = [phase for phase, name in letters if name == p.name]
    if p.phase != first:
        return ""
    also = "".join(f", {letters[phase, p.name]} in {phase}" for phase in others)
    return f"{p.name} in {p.phase}{also}"


def _letter(name: int, phase: int) -> str:
    letter = ascii_lowercase[name]
    return letter if phase == 0 else letter.upper()


def _roofs(line: Roofline) -> list[Series]:
    """Each from left of all operators to right of all ridges."""
    at = [p.flop_per_byte for p in line.points if p.nbytes]
    ridges = [roof.flop_per_s / line.bytes_per_s for roof in line.roofs]
    first, last = min(at) / BEYOND, max(*at, *ridges) * BEYOND
    return [
        Series(
            f"{roof.name} {si(roof.flop_per_s, 'FLOP/s')}, {si(line.bytes_per_s, 'B/s')}",
            [first, ridge, last], [first * line.bytes_per_s, roof.flop_per_s, roof.flop_per_s], mark="", tone=0,
        )
        for roof, ridge in zip(line.roofs, ridges, strict=True)
    ]  # fmt: skip


def _bound(line: Roofline, p: RooflinePoint) -> str:
    """Where a whole step stands, and which roof it is nearer to."""
    roof = max(line.roofs, key=lambda each: each.flop_per_s)
    compute, memory = p.flop_per_s / roof.flop_per_s, p.nbytes / p.seconds / line.bytes_per_s
    binds = f"{compute:.0%} of {roof.name}" if compute > memory else f"{memory:.0%} of the bandwidth"
    return f"{p.phase}: {si(p.flop_per_byte)} FLOP/byte, {si(p.flop_per_s, 'FLOP/s')}, {binds}"


def load(found: Details) -> Picture:
    """p95 over requests a second: the rate asked for, where the SLA breaks, where it saturates, and the limits."""
    curve = found.load
    limits = [(key, limit) for key, limit in _limits(found) if key.startswith(("ttft", "tpot"))]
    return Picture(
        f"p95, saturates at {curve.saturates_at:.3g}/s", Axis("requests a second", low=0.0), Axis("", "s", log=True),
        (Series("TTFT", curve.rate_per_s, curve.ttft_p95_s), Series("TPOT", curve.rate_per_s, curve.tpot_p95_s)),
        across=tuple(Limit(limit, f"{key.partition('_')[0].upper()} limit {si(limit, 's')}") for key, limit in limits),
        down=(Limit(curve.asked_per_s, f"asked {curve.asked_per_s:.3g}"),
              Limit(curve.breaks_at, f"breaks at {curve.breaks_at:.3g}", "above")),
    )  # fmt: skip


def _limits(found: Details) -> list[tuple[str, float]]:
    """Keys and values [s] of the SLA, TTFT first."""
    answer = found.answer
    margins = answer.sla if answer.status == "feasible" else []
    order = list(METRICS)
    return sorted(((m.key, m.limit_s) for m in margins), key=lambda each: order.index(each[0].partition("_")[0]))
