"""Plans whose winner was simulated: kept, tightened or trimmed until the simulation agrees with the SLA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.answers import Infeasible, Machine, Plan, Replica, Simulation, SlaCheck
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.progress import Progress
from planner.request.request import Request
from planner.simulation.replicas import Setup
from planner.simulation.simulated import simulated
from planner.simulation.workload import generated

REQUESTS = 12_000
DRAWS = 6
# What the simulation manages a second on a slow core; a check that would take longer is left to `simulate`.
REQUESTS_PER_S = 15_000.0
SECONDS = 7.5
TIGHTEN = 4
# A plan that breaks a limit is met again until the limit is below what the closed form gives it: so far, in such steps.
STEPS, STEP = 40, 0.98
LEAST_TIGHTER = 0.5
LEAST_SHARE = 0.3
HALVINGS = 5
# Where the rate varies, the traffic that comes is not the one drawn: of a limit, and of the requests that may miss it,
# the draw may use these shares; chosen so that 95 % of `evidence/replays.py` hold.
LIMIT_SHARE = 0.8
MISS_SHARE = 0.9


@dataclass(frozen=True)
class Verified:
    """An answer, and the candidates that its winner was found among."""

    explored: Explored
    answer: Plan | Infeasible


def verified(explored: Explored, context: Context, *, seed: int = 0, progress: Progress | None = None) -> Verified:
    """The plan, its winner simulated on device times at the plan's own confidence.

    Where the simulation breaks a limit that the closed form held, the limit is tightened by as much and the plan made
    again. Where several replicas hold with room to spare, plans for a smaller share of the rate are tried. The answer
    says what was done. Checks that would take long are left to `simulate`.
    """
    return _Check(explored.request, context, seed, progress).run(explored)


@dataclass(frozen=True)
class _Check:
    """One verification: the request as it was asked, and how it is simulated."""

    request: Request
    context: Context
    seed: int
    progress: Progress | None

    def run(self, explored: Explored) -> Verified:
        if not isinstance(explored.answer, Plan) or not _quick(self.request):
            return Verified(explored, explored.answer)
        held = self._until_it_holds(explored)
        cluster = _plan(held).cluster
        if not self._holds(held) or cluster.replicas - cluster.spare_replicas < 2:
            return held
        return self._fewer(held)

    def _until_it_holds(self, explored: Explored) -> Verified:
        tightened, found = self.request, self._simulated(explored)
        for _ in range(TIGHTEN):
            checks = _checks(found)
            broken = {check.key: _ratio(check, self.request) for check in checks if not _spare(check, self.request)}
            if not broken:
                break
            again, tightened = self._another(found, tightened, broken)
            if again is None:
                break
            said = [
                f"planned for {key} = {tightened.sla[key]:.4g} s, as the simulation of a cheaper plan broke {limit:g} s"
                for key, limit in self.request.sla.items()
                if tightened.sla[key] != limit
            ]
            found = self._simulated(again, said)
        return found

    def _another(
        self, found: Verified, request: Request, broken: Mapping[str, float]
    ) -> tuple[Explored | None, Request]:
        """Tighten the limits that broke until the plan is another one; None where there is no other."""
        ratios = {key: max(LEAST_TIGHTER, ratio) for key, ratio in broken.items()}
        for _ in range(STEPS):
            request = request.model_copy(update={"sla": {k: v * ratios.get(k, 1.0) for k, v in request.sla.items()}})
            again = explore(request, self.context)
            if not isinstance(again.answer, Plan):
                break
            if _which(again.answer) != _which(_plan(found)):
                return again, request
            ratios = dict.fromkeys(ratios, STEP)
        return None, request

    def _fewer(self, held: Verified) -> Verified:
        """The cheapest plan for a share of the rate that holds in the simulation, by bisection over the share."""
        best, low, high = held, LEAST_SHARE, 1.0
        broken: list[tuple[Machine, Replica, int]] = []
        for _ in range(HALVINGS):
            share = 0.5 * (low + high)
            tried = explore(self.request.model_copy(update={"pooling": share}), self.context)
            if not isinstance(tried.answer, Plan):
                break
            if tried.answer.cluster.cost.usd_per_hour >= _plan(best).cluster.cost.usd_per_hour:
                high = share
                continue
            if _which(tried.answer) in broken:
                low = share
                continue
            said = f"sized for {share:.0%} of the rate: the simulation holds with fewer replicas than each alone needs"
            answer = self._simulated(tried, [said])
            if self._holds(answer):
                best, high = answer, share
            else:
                broken.append(_which(tried.answer))
                low = share
        return best

    def _holds(self, found: Verified) -> bool:
        return all(_spare(check, self.request) for check in _checks(found))

    def _simulated(self, explored: Explored, said: Sequence[str] = ()) -> Verified:
        """The plan with its winner simulated at the true rate of the busiest hour, and what was said about it.

        Where the rate varies no two hours are alike. Several are drawn: the first that breaks a limit counts, or the
        one with the most misses.
        """
        found = explored.answer
        assert isinstance(found, Plan)
        draws: list[Simulation] = []
        for draw in range(DRAWS if self.request.traffic.levels else 1):
            answer = self._draw(found, self.seed + draw)
            if not all(_spare(check, self.request) for check in answer.sla):
                draws = [answer]
                break
            draws.append(answer)
        worst = max(draws, key=lambda s: max((c.missed_share / c.allowed_share for c in s.sla), default=0.0))
        update = {"verification": worst, "assumptions": [*found.assumptions, *said]}
        return Verified(explored, found.model_copy(update=update))

    def _draw(self, found: Plan, seed: int) -> Simulation:
        cluster, request, coefficients = found.cluster, _busiest(self.request), self.context.coefficients
        assert cluster.design is not None
        setup = Setup(cluster.replicas - cluster.spare_replicas, "least_loaded", request.traffic.prefix_hit)
        return simulated(
            cluster.design, request, generated(request, _span_s(self.request), seed, cluster.design.model.max_context), setup, coefficients,
            max_sequences=cluster.replica.max_sequences, slow=coefficients.caution(request.confidence),
            progress=self.progress,
        )  # fmt: skip


def _plan(found: Verified) -> Plan:
    assert isinstance(found.answer, Plan)
    return found.answer


def _busiest(request: Request) -> Request:
    """The request at the rate of its busiest hour, all day."""
    still = {"rate_per_s": request.traffic.peak_per_s, "profile": (), "horizon_months": 0.0}
    return request.model_copy(update={"traffic": request.traffic.model_copy(update=still)})


def _which(answer: Plan) -> tuple[Machine, Replica, int]:
    c = answer.cluster
    return c.machine, c.replica, c.replicas


def _checks(found: Verified) -> list[SlaCheck]:
    verification = _plan(found).verification
    return verification.sla if verification else []


def _spare(check: SlaCheck, request: Request) -> bool:
    """Whether a limit holds; where the rate varies, with something to spare."""
    if not request.traffic.levels:
        return check.holds
    few = check.key.endswith("_mean_s") or check.missed_share <= MISS_SHARE * check.allowed_share
    return few and check.value_s <= LIMIT_SHARE * check.limit_s


def _ratio(check: SlaCheck, request: Request) -> float:
    """How much tighter to plan for a limit that broke."""
    return min(0.99 * check.limit_s / check.value_s, 0.92 if request.traffic.levels else 0.99)


def _quick(request: Request) -> bool:
    draws = DRAWS if request.traffic.levels else 1
    return draws * request.traffic.peak_per_s * _span_s(request) / REQUESTS_PER_S <= SECONDS


def _span_s(request: Request) -> float:
    """Seconds to draw: some thousand requests, five minutes to an hour."""
    return max(300.0, min(3600.0, REQUESTS / request.traffic.peak_per_s))
