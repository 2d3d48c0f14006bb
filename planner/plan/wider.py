"""What the offers that a request leaves out would save: of other classes, and of low confidence."""

from __future__ import annotations

from typing import get_args

import numpy as np

from hardware_db.schema import OfferClass
from planner.answers import Cluster, WiderClass
from planner.defaults import WIDER_SAVING_SHARE
from planner.errors import PlannerError
from planner.frozen import dataclass
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.limited import asked_for
from planner.plan.verified import cheaper
from planner.progress import Progress
from planner.request.request import Request, Scope
from planner.search.bounds import one_replica_usd_per_hour
from planner.search.search import any_below

# A user's own offers are in every scope.
CLASSES = tuple(name for name in get_args(OfferClass) if name != "own")


LOW_CONFIDENCE = "--low-confidence"


def wider(
    cluster: Cluster | None, request: Request, context: Context, *, check: bool = True,
    progress: Progress | None = None, explored: Explored | None = None,
) -> list[WiderClass]:  # fmt: skip
    """For each class left out, its plan where it costs less by WIDER_SAVING_SHARE; `cluster` is None where none is met.

    check: simulate such a plan, as the answer was; progress: of that simulation; explored: the candidates of the
    request where they are known.
    """
    if cluster is not None and request.model is None:
        # Another model is another question.
        request, explored = request.named(cluster.replica.model), None
    left_out = [] if request.scope.at_home else _left_out(request.scope)
    usd = None if cluster is None else cluster.cost.usd_per_hour
    known = None if usd is None or not left_out else _Known.of(request, context, explored, usd)
    found = [
        _with(asked_by, _in(request, scope), usd, context, check, progress)
        for asked_by, scope in left_out
        if known is None or known.cheaper_with(_in(request, scope), context)
    ]
    return [each for each in found if each is not None and (each.simulated or not check or _adds(each, request.scope))]


def _adds(found: WiderClass, scope: Scope) -> bool:
    """Whether it is on an offer that the scope leaves out: what was not simulated may have broken within it."""
    return found.offer_class not in scope.offer_classes or LOW_CONFIDENCE in found.asked_by


def _in(request: Request, scope: Scope) -> Request:
    return request.model_copy(update={"scope": scope})


def _left_out(scope: Scope) -> list[tuple[str, Scope]]:
    """Each class of offers that a scope leaves out, and prices of low confidence: the option that takes them in, and
    the scope with it."""
    classes = [name for name in CLASSES if name not in scope.offer_classes]
    more = [
        (f"--offer-class {name}", scope.model_copy(update={"offer_classes": (*scope.offer_classes, name)}))
        for name in classes
    ]
    if not scope.low_confidence:
        more.append((LOW_CONFIDENCE, scope.model_copy(update={"low_confidence": True})))
    return more


@dataclass(frozen=True)
class _Known:
    """The candidates of the scope that was asked about, before any simulation; `usd`: dollars (USD) an hour of the
    cheapest, or of the answer where its simulation asks for more."""

    explored: Explored
    usd: float

    @classmethod
    def of(
        cls, request: Request, context: Context, explored: Explored | None, answered_usd: float = 0.0
    ) -> _Known | None:
        """None where nothing is feasible."""
        explored = explored or explore(request, context, best=1, front=False)
        usd = _least_usd(explored)
        return None if usd is None else cls(explored, max(usd, answered_usd))

    def cheaper_with(self, request: Request, context: Context) -> bool:
        """Whether the offers that another scope adds hold a candidate that saves something.

        A design is the same whatever other GPUs are in scope, so that those of GPUs which are known need not be found
        again: what new offers of a GPU change is its price. Only where they let more of its ranks span machines, there
        are more designs, and all are looked for.
        """
        try:
            rented = context.market(request)
        except PlannerError:
            return False  # no such offer, either
        old, limit = self.explored, (1.0 - WIDER_SAVING_SHARE) * self.usd
        request = asked_for(request)  # fewer replicas may keep within the limits
        there, elsewhere = rented.without(old.market).on(old.market.gpus)
        if there.spanned - old.market.spanned:
            usd = _least_usd(explore(request, context, best=1, front=False))
            return usd is not None and usd < limit
        if any_below(old.prepared, there, request, old.rated, limit):
            return True
        model = old.designs.model
        designs = context.designs(request, model, elsewhere)
        some = one_replica_usd_per_hour(designs, elsewhere, request, np.ones(len(designs), dtype=bool)) < limit
        if not some.any():
            return False
        prepared, rated = context.some_prepared(request, model, designs, some)
        return any_below(prepared, elsewhere, request, rated, limit)


def _least_usd(explored: Explored) -> float | None:
    """Dollars (USD) an hour of the cheapest candidate, before any simulation; None where nothing is feasible."""
    found = explored.found
    return float(found.usd_per_hour[found.feasible].min()) if found is not None and found.feasible.any() else None


def _with(
    asked_by: str, request: Request, usd: float | None, context: Context, check: bool, progress: Progress | None
) -> WiderClass | None:
    below_usd = float("inf") if usd is None else (1.0 - WIDER_SAVING_SHARE) * usd
    try:
        explored = explore(request, context, front=False)
    except PlannerError:
        return None  # no such offer, either
    made = cheaper(explored, context, below_usd, check=check, machines_alone=True, progress=progress)
    if made is None or (usd is not None and not _saves(made.usd_per_hour, usd)):
        return None
    machine = made.machine
    return WiderClass(
        offer_class=machine.offer_class, asked_by=asked_by, usd_per_hour=made.usd_per_hour,
        instead_of_usd_per_hour=usd, provider=machine.provider,
        instance_type=machine.instance_type, gpu=machine.gpu, gpus=made.gpus, price_as_of=machine.price_as_of,
        price_age_days=machine.price_age_days, simulated=made.simulated,
    )  # fmt: skip


def _saves(usd: float, instead_of: float) -> bool:
    return usd < (1.0 - WIDER_SAVING_SHARE) * instead_of
