"""What a looser limit on quality would save: the cheapest plans with formats that the limit left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models_db.formats import find_format
from models_db.loss_record import MOST_OF_RANGE
from planner.answers import Infeasible, LooserChoice, Plan, ServedQuality
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.finished import NOT_LOOSER, SIMULATED
from planner.plan.limited import within_reach
from planner.plan.of_formats import of_formats
from planner.plan.priced import PricedPlan
from planner.plan.quality import quality
from planner.plan.shortlist import FormatsBest, shortlist_below
from planner.plan.verified import cheaper
from planner.progress import Progress
from planner.request.request import Request

# Less is no saving.
LEAST_SHARE = 0.005
# Formats that lose more are not worth naming.
MOST_LOST_PCT = 10.0
# Of a format of fewer bits at most two measurements are known: they tell nothing of another model.
LEAST_UNMEASURED_BITS = 4.0
# Formats beyond the front's that are tried where a simulation asked for more of its cheapest.
MOST_OTHERS = 3


def with_looser(
    answer: Plan | Infeasible, request: Request, context: Context, *, check: bool = True,
    progress: Progress | None = None,
) -> Plan | Infeasible:  # fmt: skip
    """The answer with what formats that lose more would save, or would make possible.

    check: simulate each such plan, as the answer was; progress: of that simulation. Of a request with a floor there
    are none: they lower the score.
    """
    if request.model is None:
        return answer
    usd = answer.cluster.cost.usd_per_hour if isinstance(answer, Plan) else None
    found = _choices(request, context, usd, check, progress)
    if isinstance(answer, Plan):
        texts = [NOT_LOOSER if text == SIMULATED and not _all_simulated(found) else text for text in answer.assumptions]
        return answer.model_copy(update={"looser": found, "assumptions": texts})
    if not found:
        return answer
    change = f"{answer.nearest_change}; or a looser limit on quality: {found[0].text}"
    return answer.model_copy(update={"looser": found, "nearest_change": change})


def _all_simulated(found: Sequence[LooserChoice]) -> bool:
    return all(choice.simulated for choice in found)


def _choices(
    asked: Request, context: Context, usd: float | None, check: bool, progress: Progress | None
) -> list[LooserChoice]:
    """Plans cheaper than `usd` dollars (USD) an hour, cheapest first, each losing less than the one before it: the
    cheapest, the one that loses least, and one between."""
    if asked.quality.any_quality:
        return []
    free = asked.model_copy(update={"quality": asked.quality.model_copy(update={"any_quality": True})})
    explored = explore(free, context, front=False)
    explored = within_reach(explored) if check else explored
    known: list[tuple[FormatsBest, ServedQuality]] = []
    for entry in shortlist_below(explored, _saving(usd)):
        lost = quality(asked, explored.designs.model, entry.weights, entry.kv)
        if not lost.within_limit and not _useless(lost):
            known.append((entry, lost))
    front = [each for i, each in enumerate(known) if all(_order(each[1]) < _order(lost) for _, lost in known[:i])]
    ends = dict.fromkeys((0, (len(front) - 1) // 2, len(front) - 1)) if front else {}
    tried = [front[i] for i in ends]
    made = _made(tried, explored, context, usd, check, progress)
    # Where a simulation asked for more of the cheapest, others of about its price may do.
    for each in [each for each in known if each not in tried][:MOST_OTHERS]:
        least = min((found.usd_per_hour for found, _ in made), default=np.inf)
        if each[0].usd_per_hour < (1.0 - LEAST_SHARE) * least:
            made += _made([each], explored, context, usd, check, progress)
    made.sort(key=lambda each: (each[0].usd_per_hour, _order(each[1])))
    lowest = [min((_order(lost) for _, lost in made[:i]), default=float("inf")) for i in range(len(made))]
    limit = asked.quality.max_loss_pct
    kept = [each for each, least in zip(made, lowest, strict=True) if _order(each[1]) < least]
    return [_choice(*each, usd, limit) for each in kept]


def _made(
    entries: Sequence[tuple[FormatsBest, ServedQuality]], explored: Explored, context: Context, usd: float | None,
    check: bool, progress: Progress | None,
) -> list[tuple[PricedPlan, ServedQuality]]:  # fmt: skip
    """The plans in the formats of entries that save something, with what these lose."""
    found = [(_checked(entry, explored, context, usd, check, progress), lost) for entry, lost in entries]
    return [(c, lost) for c, lost in found if c is not None and _saves(c.usd_per_hour, usd)]


def _saving(usd: float | None) -> float:
    """What costs less than this saves something against `usd` dollars (USD) an hour."""
    return float("inf") if usd is None else usd * (1.0 - LEAST_SHARE)


def _saves(usd: float, instead_of: float | None) -> bool:
    return usd < _saving(instead_of)


def _checked(
    entry: FormatsBest, explored: Explored, context: Context, usd: float | None, check: bool,
    progress: Progress | None,
) -> PricedPlan | None:  # fmt: skip
    """The plan in the formats of an entry, which is what a request for these alone gets; None where there is none that
    saves something."""
    alone = of_formats(explored, context, entry.weights, entry.kv)
    return cheaper(alone, context, _saving(usd), check=check, progress=progress)


def _useless(lost: ServedQuality) -> bool:
    """Whether nobody would take it: it loses much, or has few bits and nobody measured what it loses."""
    if lost.loss_pct is None:
        return find_format(lost.weights.format).nominal_bits < LEAST_UNMEASURED_BITS
    return lost.loss_pct > MOST_LOST_PCT


def _order(lost: ServedQuality) -> float:
    """The loss to compare by [%]; what was not measured comes last."""
    return 1e3 if lost.loss_pct is None else lost.loss_pct


def why_out(lost: ServedQuality, max_loss_pct: float) -> str:
    """Why formats whose mean loss is within the limit are out of scope; empty for others, whose loss says it."""
    if lost.loss_pct is None or lost.range_pct is None or lost.loss_pct > max_loss_pct:
        return ""
    most, limit = lost.range_pct[1], MOST_OF_RANGE * max_loss_pct
    return f"; not in scope: it may lose {most:.1f} %, over {limit:g}, which is twice --max-loss"


def _choice(found: PricedPlan, lost: ServedQuality, usd: float | None, max_loss_pct: float) -> LooserChoice:
    costs = found.usd_per_hour
    instead = "" if usd is None else f" instead of ${usd:.2f}"
    text = (
        f"{found.weight_format} weights with a {found.kv_format} cache would cost ${costs:.2f} an hour{instead}; "
        f"{lost.text}{why_out(lost, max_loss_pct)}"
    )
    return LooserChoice(
        weight_format=found.weight_format, kv_format=found.kv_format, gpu=found.machine.gpu, usd_per_hour=costs,
        saves_usd_per_hour=None if usd is None else usd - costs, quality=lost, simulated=found.simulated, text=text,
    )  # fmt: skip
