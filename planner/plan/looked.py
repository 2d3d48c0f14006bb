"""The search for the cheapest plan that holds: among candidates, and within limits on the cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planner.answers import Infeasible
from planner.errors import TrafficError
from planner.plan.cheapest import Cheapest, Held
from planner.plan.checks import Checker
from planner.plan.explore import Explored, wider
from planner.plan.limited import kept_within, nearest_beyond, within_reach, without_limits
from planner.request.request import Request
from planner.simulation.work import TooLongError

# Pairs of GPU and format that are looked at where the first ones turn out to cost more than the next.
WIDER = 12
UNCHECKED = "not simulated: {0}"


def looked(
    explored: Explored, checker: Checker, below_usd: float = float("inf"), *, machines_alone: bool = False
) -> Cheapest | str:
    """What was found that costs less than `below_usd`, or why nothing was simulated: empty where there is no plan.

    With limits on the cluster the question is asked without them first: where the cheapest plan keeps them, it is what
    was found. Otherwise others within them are looked for, with as much work again.
    """
    near = within_reach(explored)
    if not near.feasible:
        return ""
    if not checker.quick:
        return "its simulation would take long; `simulate` runs it"
    found = Cheapest(checker, below_usd=below_usd, machines_alone=machines_alone)
    if near is explored:
        return _widely(found, explored)
    apart = replace(checker, work=replace(checker.work))
    free = Cheapest(apart, below_usd=below_usd, machines_alone=machines_alone)
    _widely(free, without_limits(explored))
    kept = _cheapest_within(free, explored.request)
    if free.best is not None and kept is not None and kept.usd_per_hour <= free.best.usd_per_hour:
        free.best = kept
        return free
    found.best, found.beyond = kept, free.best
    return _within(found, explored, near)


def beyond_limits(explored: Explored, checker: Checker) -> Infeasible:
    """The answer where no plan is within reach; where only limits on the cluster are in the way, with what holds
    without them."""
    answer = explored.answer
    assert isinstance(answer, Infeasible)
    if explored.found is None or not explored.request.limits.most or not checker.quick:
        return answer
    found = _widely(Cheapest(checker), without_limits(explored))
    best = found.best if isinstance(found, Cheapest) else None
    return answer if best is None else nearest_beyond(answer, best, checker)


def _cheapest_within(found: Cheapest, request: Request) -> Held | None:
    """Of all that held, the cheapest that keeps within the limits of a request; the last of several."""
    kept = (kept_within(held, request) for held in reversed(found.held))
    return min((held for held in kept if held is not None), key=lambda held: held.usd_per_hour, default=None)


def _widely(found: Cheapest, explored: Explored) -> Cheapest | str:
    """`found` after the search among the candidates and, where these turn out to cost more than others, more of them;
    or why it was not made."""

    def look() -> None:
        if explored.feasible:
            found.look(explored)
        if explored.feasible and found.reached_usd > explored.looked_up_to_usd:
            found.look(wider(explored, WIDER))

    return _ended(found, look)


def _within(found: Cheapest, explored: Explored, near: Explored) -> Cheapest | str:
    """The same within the limits of a request, then among those `near` of which fewer replicas keep them."""
    unlooked = _widely(found, explored)
    if isinstance(unlooked, str):
        return unlooked

    def look() -> None:
        found.look(near, cheapest_first=False)
        if found.reached_usd > near.looked_up_to_usd:
            found.look(within_reach(explored, WIDER), cheapest_first=False)

    ended = _ended(found, look)
    if found.best is not None:
        found.best = kept_within(found.best, explored.request)
    return ended


def _ended(found: Cheapest, look: Callable[[], None]) -> Cheapest | str:
    """`found` after a look, which may end early; or why nothing was found by it."""
    try:
        look()
    except TrafficError as error:
        return str(error)
    except TooLongError as error:
        if found.best is None:
            return UNCHECKED.format(error)
        found.longer = str(error)
    return found
