"""What if one knob, or two, stood elsewhere: the questions beside the present one, and their answers in dollars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.frozen import dataclass
from tui.commands import set_field
from tui.fields import data_of

if TYPE_CHECKING:
    from planner.planner import Planner

# Shares of the present value: five to a decade (Renard), and those of a map.
SHARES = (0.25, 0.4, 0.63, 1.0, 1.6, 2.5, 4.0)
OF_MAP = (0.4, 0.63, 1.0, 1.6, 2.5)
# Confidence at the ends of the band around the dollars.
BAND = (0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Knob:
    """A field that is varied: its name, its unit, and the value that it is varied about where the field is empty."""

    key: str
    name: str
    unit: str
    usual: float


KNOBS = (
    Knob("traffic.rate_per_s", "rate", "requests a second", 1.0), Knob("sla.ttft", "TTFT limit", "s", 1.0),
    Knob("sla.tpot", "TPOT limit", "s", 0.05), Knob("input_tokens.mean", "context", "input tokens", 1024.0),
    Knob("scope.formats", "format", "", 0.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quote:
    """The cheapest cluster of one question, in closed form: USD an hour, and what it is; None where there is none."""

    usd_per_hour: float | None
    winner: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a curve or map: values of its knobs as texts, and the confidence where it is not the question's."""

    values: tuple[str, ...]
    confidence: float | None = None


def values_of(knob: Knob, texts: Mapping[str, str], formats: Sequence[str], shares: Sequence[float]) -> list[str]:
    """The values that a knob takes: shares of the present one; of formats, those of the candidates."""
    if knob.key == "scope.formats":
        return list(dict.fromkeys(formats))[: len(shares)]
    try:
        now = float(texts[knob.key])
    except ValueError:
        now = knob.usual
    return [f"{share * now:.4g}" for share in shares] if now > 0 else []


def spots_of_curve(values: Sequence[str]) -> list[Spot]:
    """The question's own confidence first, then both ends of the band."""
    return [Spot((value,), at) for at in (None, *BAND) for value in values]


def spots_of_map(across: Sequence[str], down: Sequence[str]) -> list[Spot]:
    """Row after row."""
    return [Spot((one, other)) for other in down for one in across]


def question_of(texts: Mapping[str, str], base: Mapping[str, Any], knobs: Sequence[Knob], spot: Spot) -> dict[str, Any]:
    """The decoded workload of a spot."""
    changed = dict(texts)
    for knob, value in zip(knobs, spot.values, strict=True):
        changed = set_field(changed, knob.key, value)
        if knob.key == "input_tokens.mean" and changed["input_tokens.p95"]:
            changed["input_tokens.p95"] = _scaled(changed["input_tokens.p95"], texts[knob.key], value)
    if spot.confidence is not None:
        changed["confidence"] = f"{spot.confidence:g}"
    return data_of(changed, base)


def _scaled(p95: str, before: str, now: str) -> str:
    """The quantile of lengths in the same ratio to their mean."""
    return f"{float(p95) * float(now) / float(before):.4g}" if before else ""


def priced(data: dict[str, Any], planner: Planner) -> Quote:
    """The answer to one of these questions, not simulated. Raises PlannerError."""
    from planner.request.reading import parse_request

    answer = planner.explore(planner.dated(parse_request(data))).answer
    if answer.status != "feasible":
        return Quote(None, "infeasible")
    c = answer.cluster
    return Quote(c.cost.usd_per_hour, f"{c.gpus} x {c.machine.gpu}, {c.replica.weight_format}")
