"""What the offers that a request leaves out would save: of other classes, and of low confidence."""

from __future__ import annotations

from typing import get_args

from hardware_db.schema import OfferClass
from planner.answers import Cluster, WiderClass
from planner.defaults import WIDER_SAVING_SHARE
from planner.errors import PlannerError
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.verified import cheaper
from planner.progress import Progress
from planner.request.request import Request, Scope

# A user's own offers are in every scope.
CLASSES = tuple(name for name in get_args(OfferClass) if name != "own")


def wider(
    cluster: Cluster | None, request: Request, context: Context, *, check: bool = True,
    progress: Progress | None = None,
) -> list[WiderClass]:  # fmt: skip
    """For each class left out, its plan where it costs less by WIDER_SAVING_SHARE; `cluster` is None where none is met.

    check: simulate such a plan, as the answer was; progress: of that simulation.
    """
    if cluster is not None and request.model is None:
        # Another model is another question.
        request = request.named(cluster.replica.model)
    left_out = [] if request.scope.at_home else _left_out(request.scope)
    bound = _least_usd(request, context) if left_out and cluster is not None else None
    found = [_with(*each, cluster, request, context, bound, check, progress) for each in left_out]
    return [each for each in found if each is not None]


def _left_out(scope: Scope) -> list[tuple[str, Scope]]:
    """Each class of offers that a scope leaves out, and prices of low confidence: the option that takes them in, and
    the scope with it."""
    classes = [name for name in CLASSES if name not in scope.offer_classes]
    more = [
        (f"--offer-class {name}", scope.model_copy(update={"offer_classes": (*scope.offer_classes, name)}))
        for name in classes
    ]
    if not scope.low_confidence:
        more.append(("--low-confidence", scope.model_copy(update={"low_confidence": True})))
    return more


def _with(
    asked_by: str, scope: Scope, cluster: Cluster | None, request: Request, context: Context, bound: float | None,
    check: bool, progress: Progress | None,
) -> WiderClass | None:  # fmt: skip
    request = request.model_copy(update={"scope": scope})
    try:
        least = _least_usd(request, context)
    except PlannerError:
        return None  # no such offer, either
    if least is None or (bound is not None and not _saves(least, bound)):
        return None
    usd = None if cluster is None else cluster.cost.usd_per_hour
    below_usd = float("inf") if usd is None else (1.0 - WIDER_SAVING_SHARE) * usd
    explored = explore(request, context, front=False)
    made = cheaper(explored, context, below_usd, check=check, progress=progress)
    if made is None or (usd is not None and not _saves(made.usd_per_hour, usd)):
        return None
    machine = made.machine
    return WiderClass(
        offer_class=machine.offer_class, asked_by=asked_by, usd_per_hour=made.usd_per_hour,
        instead_of_usd_per_hour=usd, provider=machine.provider,
        instance_type=machine.instance_type, gpu=machine.gpu, gpus=made.gpus, price_as_of=machine.price_as_of,
        price_age_days=machine.price_age_days, simulated=made.simulated,
    )  # fmt: skip


def _least_usd(request: Request, context: Context) -> float | None:
    """Dollars (USD) an hour of the cheapest candidate, before any simulation; None where nothing is feasible."""
    found = explore(request, context, best=1, front=False).found
    return float(found.usd_per_hour[found.feasible].min()) if found is not None and found.feasible.any() else None


def _saves(usd: float, instead_of: float) -> bool:
    return usd < (1.0 - WIDER_SAVING_SHARE) * instead_of
