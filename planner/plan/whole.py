"""The whole answer to a question: the plan with what wider offers and looser limits would save, and why not others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planner.answers import Infeasible, Plan
from planner.plan.assumptions import unsimulated
from planner.plan.busier import with_busier
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.plan.looser import with_looser
from planner.plan.start import with_start
from planner.plan.verified import Verified
from planner.plan.why_not import why_not
from planner.plan.wider import wider
from planner.progress import Progress
from planner.request.request import Request


def whole(
    found: Verified | None, explored: Explored, request: Request, context: Context, asked: Sequence[str],
    progress: Progress | None,
) -> Plan | Infeasible:  # fmt: skip
    """The plan of what was explored. found: it with its winner simulated, None without simulations; asked: names of
    GPUs, formats, engines or providers whose absence is explained. All simulations share the steps of one question; a
    winner within limits on the cluster may have taken those of two."""
    check = found is not None
    answer = unsimulated(explored.answer, request) if found is None else found.answer
    context = context if found is None else replace(context, work=replace(found.work))
    cluster = answer.cluster if isinstance(answer, Plan) else None
    more = {"wider": wider(cluster, request, context, check=check, progress=progress, explored=explored)}
    answer = with_looser(answer.model_copy(update=more), request, context, check=check, progress=progress)
    answer = with_busier(answer, request, context, check=check, progress=progress)
    answer = with_start(answer, request, context)
    if not isinstance(answer, Plan):
        return answer
    reasons = [why_not(answer, request, context, name, check=check, progress=progress) for name in asked]
    return answer.model_copy(update={"why_not": reasons}) if reasons else answer
