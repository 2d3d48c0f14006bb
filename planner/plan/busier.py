"""What a plan for people would cost if they sent as many requests as people can, where their number was assumed."""

from __future__ import annotations

from planner.answers import BusierUsers, Infeasible, Plan
from planner.defaults import DEFAULT_REQUESTS_PER_USER_HOUR, MOST_REQUESTS_PER_USER_HOUR
from planner.errors import PlannerError
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.verified import Checked, verified_cluster
from planner.progress import Progress
from planner.request.request import Request

MORE = MOST_REQUESTS_PER_USER_HOUR / DEFAULT_REQUESTS_PER_USER_HOUR


def with_busier(
    answer: Plan | Infeasible, request: Request, context: Context, *, check: bool = True,
    progress: Progress | None = None,
) -> Plan | Infeasible:  # fmt: skip
    """The answer with its cost at the other end of the range of requests an hour; itself where these are stated.

    check: simulate that plan, as the answer was; progress: of that simulation.
    """
    t = request.traffic
    if not isinstance(answer, Plan) or not t.users or t.requests_per_user_hour or t.think_time_s:
        return answer
    update = {"rate_per_s": t.rate_per_s * MORE, "requests_per_user_hour": MOST_REQUESTS_PER_USER_HOUR}
    asked = request.named(answer.cluster.replica.model) if request.model is None else request
    try:
        found = explore(asked.model_copy(update={"traffic": t.model_copy(update=update)}), context)
    except PlannerError as error:
        return answer.model_copy(update={"busier": _record(t.peak_per_s, str(error))})
    made = verified_cluster(found, context, progress=progress) if check else found.answer
    return answer.model_copy(update={"busier": _record(t.peak_per_s, made)})


def _record(peak_per_s: float, made: Checked | Plan | Infeasible | str) -> BusierUsers:
    none = made if isinstance(made, str) else made.binding_limit if isinstance(made, Infeasible) else ""
    cluster = made.cluster if isinstance(made, Checked | Plan) else None
    return BusierUsers(
        requests_per_user_hour=MOST_REQUESTS_PER_USER_HOUR, requests_per_s=peak_per_s * MORE, reason=none,
        usd_per_hour=cluster.cost.usd_per_hour if cluster else None, gpu=cluster.machine.gpu if cluster else "",
        gpus=cluster.gpus if cluster else 0,
    )  # fmt: skip
