"""Plans whose winner was simulated: kept, made larger or trimmed until the simulation agrees with what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planner.answers import Cluster, Infeasible, Machine, Plan, Replica, Simulation, SlaCheck
from planner.errors import TrafficError
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.finished import at_asked, finished, unmet
from planner.plan.neighbours import between, usd_of, with_replicas
from planner.progress import Progress
from planner.request.request import Request

TIGHTEN = 4
# A plan that breaks a limit is met again until the limit is below what the closed form gives it: so far, in such steps.
STEPS, STEP = 40, 0.98
LEAST_TIGHTER = 0.5
LEAST_SHARE = 0.3
HALVINGS = 5
# A plan that does not sustain the rate is sized for more of it, in such steps.
LARGER = 1.1
# Runs that look for the fewest replicas that hold.
LOOKS = 8
PASSED_OVER = "a cheaper plan that the closed form holds for good broke a limit in the simulation and was passed over"


@dataclass(frozen=True)
class Verified:
    """An answer, the candidates that its winner was found among, and what was said about it being another plan."""

    explored: Explored
    answer: Plan | Infeasible
    said: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Why it is another plan than the one without a simulation, or nothing."""
        return "; ".join(self.said)


def verified(explored: Explored, context: Context, *, seed: int = 0, progress: Progress | None = None) -> Verified:
    """The plan, its winner simulated on device times at the plan's own confidence.

    Where the simulation breaks a limit that the closed form held, or does not sustain the rate, dearer plans are looked
    through for the cheapest that holds: other designs under a tighter limit, more replicas of the same one, and those
    between. Where several replicas hold with room to spare, plans for a smaller share of the rate are tried. The answer
    says what was done. Checks that would take long are left to `simulate`.
    """
    search = _Search(explored.request, context, Checker(explored.request, context.coefficients, seed, progress))
    found = search.run(explored)
    if isinstance(found, _Unverified):
        return Verified(explored, found.said_by(explored.answer))
    if not search.checker.holds(found.run):
        return Verified(found.explored, unmet(found.explored, found.run, search.checker))
    assert isinstance(explored.answer, Plan)
    made = finished(found.explored, explored.answer, found.run, search.checker, found.said)
    return Verified(found.explored, made, found.said)


def verified_cluster(explored: Explored, context: Context, *, progress: Progress | None = None) -> Checked | Infeasible:
    """The cluster of `verified` and its run, without the simulations that only its figures need."""
    search = _Search(explored.request, context, Checker(explored.request, context.coefficients, progress=progress))
    found = search.run(explored)
    if isinstance(found, _Unverified):
        return Checked(explored.answer.cluster) if isinstance(explored.answer, Plan) else explored.answer
    if not search.checker.holds(found.run):
        return unmet(found.explored, found.run, search.checker)
    return Checked(at_asked(found.explored, explored.request), found.run)


@dataclass(frozen=True)
class Checked:
    """A cluster and the run that it holds in; None where it was not simulated."""

    cluster: Cluster
    run: Simulation | None = None


@dataclass(frozen=True)
class _Unverified:
    """Nothing was simulated: why not, empty where there is no plan."""

    why: str

    def said_by(self, answer: Plan | Infeasible) -> Plan | Infeasible:
        """The answer, which says so."""
        if not isinstance(answer, Plan):
            return answer
        return answer.model_copy(update={"assumptions": [*answer.assumptions, f"not verified: {self.why}"]})


@dataclass(frozen=True)
class _Tried:
    """A plan and its run."""

    explored: Explored
    plan: Plan
    run: Simulation
    said: tuple[str, ...] = ()

    @property
    def usd_per_hour(self) -> float:
        return self.plan.cluster.cost.usd_per_hour


@dataclass(frozen=True)
class _Search:
    request: Request
    context: Context
    checker: Checker

    def run(self, explored: Explored) -> _Tried | _Unverified:
        """The plan that holds in its simulation, or the last one tried."""
        if not isinstance(explored.answer, Plan):
            return _Unverified("")
        if not self.checker.quick:
            return _Unverified("its simulation would take long; `simulate` runs it")
        try:
            return self._simulated(explored)
        except TrafficError as error:
            return _Unverified(str(error))

    def _simulated(self, explored: Explored) -> _Tried:
        first = self._tried(explored)
        cluster = first.plan.cluster
        if not self.checker.holds(first.run):
            return self._dearer(first)
        return first if cluster.replicas - cluster.spare_replicas < 2 else self._fewer(first)

    def _dearer(self, first: _Tried) -> _Tried:
        """The cheapest plan that holds, dearer than `first`, which does not; the last one tried where none holds."""
        found = self._until_it_holds(first)
        most = found.usd_per_hour if self.checker.holds(found.run) else float("inf")
        more = self._more_replicas(first, most)
        if more is not None:
            found, most = more, more.usd_per_hour
        for other in between(first.explored, first.usd_per_hour, most):
            tried = self._held(other, (PASSED_OVER,))
            if tried is not None:
                return tried
        return found

    def _until_it_holds(self, first: _Tried) -> _Tried:
        tightened, found = self.request, first
        for _ in range(TIGHTEN):
            if self.checker.holds(found.run):
                break
            again, tightened = self._another(found, tightened)
            if again is None:
                break
            found = self._tried(again, _said(self.request, tightened))
        return found

    def _another(self, found: _Tried, request: Request) -> tuple[Explored | None, Request]:
        """Tighten what broke until the plan is another one; None where there is no other."""
        broken = {check.key: self._ratio(check) for check in found.run.sla if not self.checker.keeps(check)}
        ratios = {key: max(LEAST_TIGHTER, ratio) for key, ratio in broken.items() if found.run.sustained}
        for _ in range(STEPS):
            request = _harder(request, ratios)
            again = explore(request, self.context)
            if not isinstance(again.answer, Plan):
                break
            if _which(again.answer) != _which(found.plan):
                return again, request
            ratios = dict.fromkeys(ratios, STEP)
        return None, request

    def _ratio(self, check: SlaCheck) -> float:
        """How much tighter to plan for a limit that broke."""
        return min(0.99 * check.limit_s / check.value_s, 0.92 if self.request.traffic.levels else 0.99)

    def _more_replicas(self, first: _Tried, most_usd: float) -> _Tried | None:
        """The fewest replicas of the same design that hold for less than `most_usd`, by bisection; None if none do."""
        low, high, best = first.plan.cluster.replicas, None, None
        step = max(1, low // 8)
        for _ in range(LOOKS):
            count = low + step if high is None else (low + high) // 2
            if count == low:
                break
            step *= 2
            larger = with_replicas(first.explored, count)
            if larger is None or usd_of(larger) >= most_usd:
                high = count
                continue
            tried = self._held(larger, (PASSED_OVER,))
            if tried is not None:
                best, high = tried, count
            else:
                low = count
        return best

    def _fewer(self, held: _Tried) -> _Tried:
        """The cheapest plan for a share of the rate that holds in the simulation, by bisection over the share."""
        best, low, high = held, LEAST_SHARE, 1.0
        broken: list[tuple[Machine, Replica, int]] = []
        for _ in range(HALVINGS):
            share = 0.5 * (low + high)
            tried = explore(self.request.model_copy(update={"pooling": share}), self.context)
            if not isinstance(tried.answer, Plan):
                break
            if tried.answer.cluster.cost.usd_per_hour >= best.usd_per_hour:
                high = share
                continue
            if _which(tried.answer) in broken:
                low = share
                continue
            said = f"sized for {share:.0%} of the rate: the simulation holds with fewer replicas than each alone needs"
            answer = self._held(tried, (said,))
            if answer is not None:
                best, high = answer, share
            else:
                broken.append(_which(tried.answer))
                low = share
        return best

    def _tried(self, explored: Explored, said: tuple[str, ...] = ()) -> _Tried:
        assert isinstance(explored.answer, Plan)
        return _Tried(explored, explored.answer, self.checker.check(explored.answer.cluster), said)

    def _held(self, explored: Explored, said: tuple[str, ...]) -> _Tried | None:
        assert isinstance(explored.answer, Plan)
        run = self.checker.held(explored.answer.cluster)
        return None if run is None else _Tried(explored, explored.answer, run, said)


def _which(answer: Plan) -> tuple[Machine, Replica, int]:
    c = answer.cluster
    return c.machine, c.replica, c.replicas


def _harder(request: Request, ratios: Mapping[str, float]) -> Request:
    """The request with tighter limits; without any, sized for more of the rate."""
    if not ratios:
        return request.model_copy(update={"pooling": request.pooling * LARGER})
    return request.model_copy(update={"sla": {k: v * ratios.get(k, 1.0) for k, v in request.sla.items()}})


def _said(request: Request, harder: Request) -> tuple[str, ...]:
    texts = [
        f"planned for {key} = {harder.sla[key]:.4g} s, as the simulation of a cheaper plan broke {limit:g} s"
        for key, limit in request.sla.items()
        if harder.sla[key] != limit
    ]
    if harder.pooling > request.pooling:
        share = harder.pooling / request.pooling
        texts.append(f"sized for {share:.0%} of the rate, as the simulation of a cheaper plan did not sustain it")
    return tuple(texts)
