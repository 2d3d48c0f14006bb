"""What a looser limit on quality would save: the cheapest plans with formats that the limit left out."""

from __future__ import annotations

from models_db.formats import find_format
from planner.answers import Infeasible, LooserChoice, Plan, ServedQuality
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.quality import quality
from planner.plan.shortlist import Entry, shortlist
from planner.request.request import Request

# Less is no saving.
LEAST_SHARE = 0.005
# Formats that lose more are not worth naming.
MOST_LOST_PCT = 10.0
LEAST_UNMEASURED_BITS = 4.0


def with_looser(answer: Plan | Infeasible, request: Request, context: Context) -> Plan | Infeasible:
    """The answer with what formats that lose more would save, or would make possible.

    They are by the closed form; none is simulated. Of a request with a floor there are none: they lower the
    score.
    """
    if request.model is None:
        return answer
    if isinstance(answer, Plan):
        found = _choices(request, context, answer.cluster.cost.usd_per_hour)
        return answer.model_copy(update={"looser": found})
    found = _choices(request, context, None)
    if not found:
        return answer
    change = f"{answer.nearest_change}; or a looser limit on quality: {found[0].text}"
    return answer.model_copy(update={"looser": found, "nearest_change": change})


def _choices(asked: Request, context: Context, usd: float | None) -> list[LooserChoice]:
    """Plans cheaper than `usd` dollars (USD) an hour, cheapest first, each losing less than the one before it: the
    cheapest, the one that loses least, and one between."""
    if asked.quality.any_quality:
        return []
    free = asked.model_copy(update={"quality": asked.quality.model_copy(update={"any_quality": True})})
    explored = explore(free, context)
    front: list[tuple[Entry, ServedQuality]] = []
    for entry in shortlist(explored):
        if usd is not None and entry.usd_per_hour >= usd * (1.0 - LEAST_SHARE):
            break
        lost = quality(asked, explored.designs.model, entry.weights, entry.kv)
        least = _order(front[-1][1]) if front else float("inf")
        if not lost.within_limit and _order(lost) < least and not _useless(lost):
            front.append((entry, lost))
    ends = dict.fromkeys((0, (len(front) - 1) // 2, len(front) - 1)) if front else {}
    return [_choice(*front[i], usd) for i in ends]


def _useless(lost: ServedQuality) -> bool:
    """Whether nobody would take it: it loses much, or has few bits and nobody measured what it loses."""
    if lost.loss_pct is None:
        return find_format(lost.weights.format).nominal_bits < LEAST_UNMEASURED_BITS
    return lost.loss_pct > MOST_LOST_PCT


def _order(lost: ServedQuality) -> float:
    """The loss to compare by [%]; what was not measured comes last."""
    return 1e3 if lost.loss_pct is None else lost.loss_pct


def _choice(entry: Entry, lost: ServedQuality, usd: float | None) -> LooserChoice:
    instead = "" if usd is None else f" instead of ${usd:.2f}"
    text = (
        f"{entry.weights} weights with a {entry.kv} cache would cost ${entry.usd_per_hour:.2f} an hour{instead}; "
        f"{lost.text}"
    )
    return LooserChoice(
        weight_format=entry.weights, kv_format=entry.kv, gpu=entry.gpu, usd_per_hour=entry.usd_per_hour,
        saves_usd_per_hour=None if usd is None else usd - entry.usd_per_hour, quality=lost, text=text,
    )  # fmt: skip
