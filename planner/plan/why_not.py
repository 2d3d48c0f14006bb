"""Why a named GPU, weight format, engine or provider was not chosen: the cheapest plan restricted to it."""

from __future__ import annotations

from collections.abc import Iterable

from hardware_db.providers import provider_id
from models_db.formats import find_format, formats
from planner.answers import Infeasible, Plan, WhyNot
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError, closest
from planner.physics.engines import engines, find_engine
from planner.plan.choice import SAME_SHARE
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.verified import verified_cluster
from planner.progress import Progress
from planner.request.request import Request
from planner.words import counted

PLACES = ("gpus", "formats", "engines", "providers")


def must_know(asked: Iterable[str], catalogs: Catalogs, more: Iterable[str] = ()) -> None:
    """Raise InputError where a name is no GPU, format, engine or provider, nor one of `more`."""
    for name in asked:
        _must_know(name, catalogs, more)


def _must_know(name: str, catalogs: Catalogs, more: Iterable[str]) -> None:
    hardware = catalogs.hardware
    others = {offer.provider for offer in hardware.offers} | set(more)
    if name in others or provider_id(name) in others or hardware.match(name) is not None:
        return
    for find in (find_format, find_engine):
        try:
            find(name)
            return
        except PlannerError:
            continue
    known = [*(gpu.name for gpu in hardware.accelerators.values()), *formats(), *engines(), *others]
    near = ", ".join(closest(name, known))
    raise InputError(f"why_not (--why-not): {name[:60]!r} is no GPU, format, engine or provider (nearest: {near})")


def _as_named(place: str, name: str) -> str:
    """A name as that part of a scope has it."""
    return provider_id(name) if place == "providers" else name


def obstacle(request: Request, context: Context, name: str) -> str | None:
    """What stands in the way of a plan with `name` only, by the closed form; None where there is one."""
    problems = []
    for place in PLACES:
        scope = request.scope.model_copy(update={place: (_as_named(place, name),)})
        try:
            answer = explore(request.model_copy(update={"scope": scope}), context).answer
        except PlannerError as error:
            problems.append(str(error))
            continue
        return answer.binding_limit if isinstance(answer, Infeasible) else None
    return problems[0] if problems else "not known"


def _against(usd: float, best: float) -> str:
    """Dollars against those of the answer, in words."""
    if abs(usd - best) <= SAME_SHARE * best:
        return "as cheap"
    return f"costs {abs(usd / best - 1.0):.1%} {'more' if usd > best else 'less'}"


def why_not(
    answer: Plan, request: Request, context: Context, name: str, *, check: bool = True, progress: Progress | None = None
) -> WhyNot:
    """The restricted plan against the answer; a name that fits no part of a scope says so.

    check: simulate the restricted plan, as the answer was; progress: of that simulation.
    """
    problems = []
    for place in PLACES:
        scope = request.scope.model_copy(update={place: (_as_named(place, name),)})
        try:
            explored = explore(request.model_copy(update={"scope": scope}), context, progress, front=False)
        except PlannerError as error:
            problems.append(str(error))
            continue
        other = verified_cluster(explored, context, progress=progress) if check else explored.answer
        if isinstance(other, Infeasible):
            return WhyNot(what=name, usd_per_hour=None, reason=other.binding_limit)
        usd, best = other.cluster.cost.usd_per_hour, answer.cluster.cost.usd_per_hour
        c = other.cluster
        machines, replicas = f"{c.machine.count} x {c.machine.instance_type}", counted(c.replicas, "replica")
        made = f"{machines}, {c.replica.weight_format}, {replicas}"
        return WhyNot(
            what=name, usd_per_hour=usd, reason=f"{_against(usd, best)}: {made}", price_as_of=c.machine.price_as_of,
            price_age_days=c.machine.price_age_days,
        )  # fmt: skip
    return WhyNot(what=name, usd_per_hour=None, reason=problems[0] if problems else "not known")
