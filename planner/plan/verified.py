"""Plans whose winner was simulated: the cheapest that holds in its simulation, of those that were looked at."""

from __future__ import annotations

from dataclasses import field, replace

from planner.answers import Cluster, Infeasible, Plan, Simulation
from planner.frozen import dataclass
from planner.plan.assumptions import unsimulated
from planner.plan.candidate import Details, details
from planner.plan.cheapest import Cheapest, Held
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import Explored
from planner.plan.finished import finished
from planner.plan.limited import nearest_beyond
from planner.plan.looked import UNCHECKED, beyond_limits, looked
from planner.plan.priced import PricedPlan
from planner.plan.unmet import unmet
from planner.progress import Progress
from planner.request.strict import a
from planner.simulation.work import StepBudget, TooLongError

PASSED_OVER = "a plan that costs no more and that the closed form holds for good broke in the simulation"
FEWER = "the simulation holds with fewer replicas than each alone needs: {0}, by the closed form {1}"
ENDED = "the search for a cheaper plan ended after {0} simulations"
LONGER = "the search for a cheaper plan ended early: it {0}"


@dataclass(frozen=True)
class Verified:
    """An answer, the candidates that its winner was found among, what was said about it being another plan, and what
    its simulations took."""

    explored: Explored
    answer: Plan | Infeasible
    said: tuple[str, ...] = ()
    work: StepBudget = field(default_factory=StepBudget, repr=False, compare=False)

    @property
    def why(self) -> str:
        """Why it is another plan than the one without a simulation, or nothing."""
        return "; ".join(self.said)


@dataclass(frozen=True)
class Checked:
    """A cluster and the run that it holds in; None where it was not simulated."""

    cluster: Cluster
    run: Simulation | None = None


def verified(explored: Explored, context: Context, *, seed: int = 0, progress: Progress | None = None) -> Verified:
    """The cheapest plan that holds in a simulation on device times at the plan's own confidence.

    The winner of the closed form is simulated first. Where it breaks, more replicas are; where it holds, fewer; then
    other designs in as many replicas as still cost less. The answer says what was done. Checks that would take long are
    left to `simulate`. Limits on the cluster are kept by what is answered, whatever the closed form asks for.
    """
    checker = _checker(explored, context, progress, seed)
    found = _searched(explored, checker)
    if isinstance(found, str):
        answer = _unverified(unsimulated(explored.answer, explored.request), found)
        return Verified(explored, answer, work=checker.work)
    if isinstance(found, Infeasible):
        return Verified(explored, found, work=checker.work)
    first, best = explored.answer, found.best
    assert best is not None
    said = _said(first, found, best)
    winning = explored if _is(best, first) else best.explored
    made = finished(winning, first, best.run, found.checker, said, fewer=best.fewer)
    return Verified(winning, made, said, found.checker.work)


def verified_cluster(explored: Explored, context: Context, *, progress: Progress | None = None) -> Checked | Infeasible:
    """The cluster of `verified` and its run, without the simulations that only its figures need."""
    checker = _checker(explored, context, progress)
    found = _searched(explored, checker)
    if isinstance(found, Infeasible):
        return found
    if isinstance(found, Cheapest) and found.best is not None:
        return Checked(found.best.cluster, found.best.run)
    return Checked(explored.answer.cluster) if isinstance(explored.answer, Plan) else explored.answer


def cheaper(
    explored: Explored, context: Context, below_usd: float, *, check: bool = True, machines_alone: bool = False,
    progress: Progress | None = None,
) -> PricedPlan | None:  # fmt: skip
    """What the cluster of `verified_cluster` is named by where it costs less than `below_usd` dollars (USD) an hour;
    None where nothing that does holds. check: simulate; without that, and where nothing was, it is the closed form's,
    whatever it costs.
    machines_alone: its formats are not asked for."""
    checker = _checker(explored, context, progress)
    found = looked(explored, checker, below_usd, machines_alone=machines_alone) if check else ""
    if isinstance(found, Cheapest):
        return None if found.best is None else PricedPlan.of_held(found.best)
    if not explored.feasible:
        return None
    assert isinstance(explored.answer, Plan)
    return PricedPlan.of_cluster(explored.answer.cluster)


def _checker(explored: Explored, context: Context, progress: Progress | None, seed: int = 0) -> Checker:
    work = context.work or StepBudget.of_plan()
    return Checker(explored.request, context.coefficients, seed, progress, context.runs, work)


def _unmet(explored: Explored, checker: Checker) -> Infeasible | str:
    """The answer where nothing holds: what the first plan broke in a whole run; or why that was not run."""
    assert isinstance(explored.answer, Plan)
    try:
        run = replace(checker, work=StepBudget.of_plan()).check(explored.answer.cluster)
    except TooLongError as error:
        return UNCHECKED.format(error)
    return unmet(explored, run, checker)


def candidate_details(explored: Explored | Verified, index: int) -> Details:
    """One candidate of what was explored, or of what its winner was found among; see `Planner.details`."""
    if isinstance(explored, Verified):
        return details(explored.explored, index, explored.answer)
    return details(a(explored, Explored, "explored"), index)


def _searched(explored: Explored, checker: Checker) -> Cheapest | Infeasible | str:
    """`looked` where something holds, or the answer where nothing of the closed form's does."""
    found = looked(explored, checker)
    if isinstance(found, Cheapest) and found.best is None:
        return _none_holds(explored, found, checker)
    return beyond_limits(explored, checker) if found == "" else found


def _none_holds(explored: Explored, found: Cheapest, checker: Checker) -> Infeasible | str:
    """The answer where nothing that was looked at holds."""
    answer = _unmet(explored, checker) if isinstance(explored.answer, Plan) else explored.answer
    if found.beyond is None or isinstance(answer, str):
        return answer
    return nearest_beyond(answer, found.beyond, checker, "" if answer is explored.answer else answer.binding_limit)


def _unverified(answer: Plan | Infeasible, why: str) -> Plan | Infeasible:
    """The answer, which says so."""
    if not isinstance(answer, Plan):
        return answer
    return answer.model_copy(update={"assumptions": [*answer.assumptions, f"not verified: {why}"]})


def _said(first: Plan | Infeasible, found: Cheapest, best: Held) -> tuple[str, ...]:
    """Why it is not the first plan, and where the search ended before its end."""
    texts = []
    if isinstance(first, Plan) and not _is(best, first) and best.usd_per_hour >= first.cluster.cost.usd_per_hour:
        texts.append(PASSED_OVER)
    if best.fewer:
        texts.append(FEWER.format(best.replicas, best.option.needed))
    if found.spent:
        texts.append(ENDED.format(found.runs))
    if found.longer:
        texts.append(LONGER.format(found.longer))
    return tuple(texts)


def _is(best: Held, first: Plan | Infeasible) -> bool:
    """Whether the first answer is what was found."""
    if isinstance(first, Infeasible):
        return False
    c = first.cluster
    return (best.machine, best.replica, best.replicas) == (c.machine, c.replica, c.replicas)
