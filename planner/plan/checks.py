"""A plan's winner simulated: whether it sustains the rate and keeps the SLA, at which rate it no longer does."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import field
from math import ceil, log, sqrt
from typing import Any

from planner.answers import Cluster, Simulation, SlaCheck
from planner.errors import TrafficError
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution, caution_of
from planner.plan.runs import KeptRuns, Run, Timed, design_key
from planner.plan.trial import Trial
from planner.progress import Progress
from planner.request.request import Request
from planner.simulation.limits import BrokenError, ClearError
from planner.simulation.replicas import Setup
from planner.simulation.sample import sample_size
from planner.simulation.work import StepBudget, TooLongError

REQUESTS = 12_000
# Where the rate varies no two hours are alike: a run is so many times as long.
HOURS = 6
# Where more requests are drawn in that time, a sample of the replicas is simulated, with about so many; where more
# than these would be drawn, none are.
MOST_DRAWN = 2_000_000
LEAST_S, MOST_S = 300.0, 21_600.0
# However rare requests are, so many are waited for; in bursts that many more come at once as the gaps vary.
FEWEST = 200
# Where the rate varies, the traffic that comes is not the one drawn: of what a limit leaves above the figure without
# load, and of the requests that may miss it, the draw may use these shares; chosen so that 95 % of
# `evidence/replays.py` hold.
LIMIT_SHARE = 0.7
MISS_SHARE = 0.8
# Where it does not, another draw of the same traffic has some more misses: of those allowed, a run may have this share.
STEADY_MISS_SHARE = 0.7
# Without an SLA nothing but the rate is asked: it is sustained with so much in hand.
IN_HAND = 1.03
# A cluster that refuses more requests than this share, unless it is set to, does not serve them.
FEW_REFUSED = 1e-3
# The rate that breaks is looked for on steps of the closed form's, with so many runs of so many requests at most.
BREAK_STEP = 1.05
BREAK_RUNS, BREAK_REQUESTS = 9, 6000
# Requests that find a replica idle but for this share of the time tell a design's figures without load.
IDLE_REQUESTS, IDLE_SHARE, MOST_IDLE_S = 2000, 0.01, 600.0


@dataclass(frozen=True)
class Checker:
    """How the clusters of one request are simulated: as asked, with the busiest hour all day; every run raises
    TooLongError where `work` is done."""

    request: Request
    coefficients: Coefficients
    seed: int = 0
    progress: Progress | None = None
    runs: KeptRuns = field(default_factory=KeptRuns, repr=False)
    work: StepBudget = field(default_factory=StepBudget, repr=False)
    _idle: dict[str, dict[str, float]] = field(default_factory=dict, repr=False)
    _cautions: dict[Hashable, Caution] = field(default_factory=dict, repr=False)

    @property
    def quick(self) -> bool:
        """Whether the traffic of a check is drawn in a few seconds at most."""
        rate = self.request.traffic.peak_per_s
        return rate * self._span_s(rate, REQUESTS) <= MOST_DRAWN

    def _span_s(self, rate_per_s: float, requests: int) -> float:
        """Seconds to draw: some thousand requests, five minutes to six hours, or longer where that is for few requests;
        several times that where the rate varies."""
        cv = self.request.traffic.cv
        least_s = FEWEST * max(1.0, cv * cv) / rate_per_s
        span_s = max(LEAST_S, min(MOST_S, requests / rate_per_s), least_s)
        return span_s * (HOURS if self.request.traffic.levels else 1)

    def check(self, cluster: Cluster) -> Simulation:
        """The run at the asked rate; without limits the one with more in hand, where that is not sustained."""
        run = self.run(cluster, seed=self.seed)
        return (self._not_in_hand(cluster) if self.holds(run) else None) or run

    def held(self, cluster: Cluster | Trial) -> Simulation | None:
        """The same where it holds, else None: a run that cannot hold any more is not run to its end."""
        run = self.unbroken(cluster, seed=self.seed)
        if run is None or not self.holds(run):
            return None
        return run if self._not_in_hand(cluster) is None else None

    def seems(self, cluster: Cluster | Trial) -> Simulation | bool:
        """`held` where that is told by a run that ends once it is clear: the run itself where it went to its end."""
        try:
            run = self.unbroken(cluster, seed=self.seed, clear=bool(self.request.sla))
        except ClearError:
            return True
        if run is None or not self.holds(run) or self._not_in_hand(cluster) is not None:
            return False
        return run

    @property
    def misses(self) -> float:
        """Of the requests that may miss a limit at the asked rate, the share that a run may have."""
        return MISS_SHARE if self.request.traffic.levels else STEADY_MISS_SHARE

    def _not_in_hand(self, cluster: Cluster | Trial) -> Simulation | None:
        """Without limits, the run at a little more than the rate where it is not sustained."""
        if self.request.sla:
            return None
        more = self.run(cluster, rate_per_s=IN_HAND * self.request.traffic.peak_per_s, seed=self.seed)
        return None if more.sustained else more

    def holds(self, run: Simulation) -> bool:
        refused = self.request.engine.max_model_len is None and run.refused_too_long > FEW_REFUSED * run.requests
        return run.sustained and not refused and all(self.keeps(check) for check in run.sla)

    def keeps(self, check: SlaCheck) -> bool:
        """Whether a limit holds with something to spare, more where the rate varies."""
        few = self.few_misses(check)
        if not self.request.traffic.levels:
            return check.holds and few
        return few and check.value_s <= within(check.limit_s, check.idle_s or 0.0)

    def few_misses(self, check: SlaCheck) -> bool:
        """Whether another draw with some more misses than this one would hold, too."""
        return check.key.endswith("_mean_s") or check.missed_share <= self.misses * check.allowed_share

    def unbroken(self, cluster: Cluster | Trial, **how: Any) -> Simulation | None:
        """One run, or None where it was ended because a limit is broken whatever follows."""
        try:
            return self.run(cluster, whole=False, **how)
        except BrokenError:
            return None

    def run(
        self, cluster: Cluster | Trial, *, rate_per_s: float | None = None, requests: int = REQUESTS, seed: int = 0,
        caution: Caution | None = None, whole: bool = True, clear: bool = False,
    ) -> Simulation:  # fmt: skip
        """One run; `caution`: factors on its times, by default those of the request's confidence. Raises BrokenError
        where it need not be `whole`, ClearError where it is ended once `clear`."""
        tried = Trial.of(cluster)
        rate = rate_per_s or self.request.traffic.peak_per_s
        request = self.request.at_rate(rate)
        span_s = self._span_s(rate, requests)
        caution = caution or self._caution(tried)
        idle = self.undisturbed(tried.made(), caution) if request.traffic.levels else {}
        # What must be kept at the asked rate, with something to spare.
        sla = {k: v if rate_per_s else within(v, idle[k]) for k, v in request.sla.items()} if idle else request.sla
        asked = Run(
            tried.design, tried.max_sequences, request, span_s, seed,
            sampled_setup(tried.working, request, rate * span_s, requests), caution, None if whole else sla,
            1.0 if whole or rate_per_s or idle else STEADY_MISS_SHARE, clear,
        )  # fmt: skip
        answer = self.runs.answer(asked, self.coefficients, self.progress, self.work)
        return answer.model_copy(update={"sla": [c.model_copy(update={"idle_s": idle.get(c.key)}) for c in answer.sla]})

    def _caution(self, tried: Trial) -> Caution:
        """Factors on the times of a design at the request's confidence."""
        known, key = self._cautions, design_key(tried.design)
        if key not in known:
            known[key] = tried.caution or caution_of(tried.design, self.request.confidence, self.coefficients)
        return known[key]

    def ready(self, trials: Sequence[Trial]) -> None:
        """Make the step times of designs of one scope that are mostly simulated one after another."""
        asked = [Timed(t.design, t.max_sequences, self._caution(t), self.request) for t in trials]
        self.runs.ready(asked, self.coefficients)

    def undisturbed(self, cluster: Cluster, caution: Caution) -> dict[str, float]:
        """The figures that have a limit of requests that nobody disturbs, by key; simulated once a design."""
        assert cluster.design is not None
        name = f"{cluster.machine.gpu} {cluster.replica} {caution}"
        if name not in self._idle:
            long_s = min(cluster.latency.e2e_s.p50, MOST_IDLE_S)
            request = self.request.at_rate(IDLE_SHARE / long_s)
            evenly = request.traffic.model_copy(
                update={"levels": (), "drift": (0.0, 0.0), "cv": min(1.0, request.traffic.cv)}
            )
            request = request.model_copy(update={"traffic": evenly})
            asked = Run(
                cluster.design, cluster.replica.max_sequences, request, IDLE_REQUESTS * long_s / IDLE_SHARE, self.seed,
                Setup(1, prefix_hit=request.traffic.prefix_hit), caution,
            )  # fmt: skip
            run = self.runs.answer(asked, self.coefficients, work=self.work)
            self._idle[name] = {check.key: check.value_s for check in run.sla}
        return self._idle[name]

    def hopeless(self, cluster: Cluster) -> bool:
        """Whether requests that nobody disturbs break a limit already, so that no number of replicas holds."""
        assert cluster.design is not None
        caution = caution_of(cluster.design, self.request.confidence, self.coefficients)
        idle = self.undisturbed(cluster, caution)
        return any(idle[key] > limit for key, limit in self.request.sla.items())

    def sampled(self, cluster: Cluster) -> bool:
        """Whether the runs of `breaking` are of a sample of its replicas."""
        rate, working = self.request.traffic.peak_per_s, cluster.replicas - self.request.limits.spare_replicas
        arriving = rate * self._span_s(rate, BREAK_REQUESTS)
        return sampled_setup(working, self.request, arriving, BREAK_REQUESTS).behind is not None

    def breaking(self, cluster: Cluster) -> float | None:
        """Requests a second at which the cluster no longer sustains the traffic within the SLA; None where that is not
        found within the runs and their steps, or traffic is not drawn. The asked rate is one that holds."""
        guess, asked = cluster.sla_breaks_at_rate_per_s, self.request.traffic.peak_per_s

        def holds(rate: float) -> bool:
            run = self.unbroken(cluster, rate_per_s=rate, requests=BREAK_REQUESTS, seed=self.seed)
            return run is not None and run.sustained and all(check.holds for check in run.sla)

        try:
            found = breaking_rate(holds, max(guess, 1e-3 * asked), asked)
        except (TrafficError, TooLongError):
            return None
        return None if found is None else max(found, asked)


def sampled_setup(working: int, request: Request, arriving: float, requests: int = REQUESTS) -> Setup:
    """The replicas that work, or a sample of them where many more than so many `requests` are `arriving`."""
    traffic = request.traffic
    some = sample_size(working, arriving, requests * (HOURS if traffic.levels else 1))
    return Setup(some, "least_loaded", traffic.prefix_hit, behind=working if some < working else None)


def breaking_rate(holds: Callable[[float], bool], guess: float, asked: float) -> float | None:
    """Middle of the step of `guess` x BREAK_STEP^k that `holds` changes on, up to `asked` known to hold; None where it
    is not found within BREAK_RUNS calls. The steps do not depend on `asked`."""
    low, high, step = ceil(log(asked / guess) / log(BREAK_STEP)) - 1, None, 2
    at = max(0, low + 1)
    for _ in range(BREAK_RUNS):
        if holds(guess * BREAK_STEP**at):
            low = at
        else:
            high = at
        if high is None:
            at, step = low + step, 2 * step
        elif high - low < 2:
            return guess * BREAK_STEP**low * sqrt(BREAK_STEP)
        else:
            at = (low + high) // 2
    return None


def within(limit_s: float, idle_s: float) -> float:
    """What a figure may be where the rate varies [s]: a share of the limit above the figure without load."""
    least_s = min(idle_s, limit_s)
    return least_s + LIMIT_SHARE * (limit_s - least_s)
