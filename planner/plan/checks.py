"""A plan's winner simulated: whether it sustains the rate and keeps the SLA, at which rate it no longer does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, log, sqrt
from typing import Any

from planner.answers import Cluster, Simulation, SlaCheck
from planner.errors import TrafficError
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution, caution_of
from planner.progress import Progress
from planner.request.request import Request
from planner.simulation.limits import Breach, BrokenError
from planner.simulation.replicas import Setup
from planner.simulation.simulated import simulated
from planner.simulation.workload import generated

REQUESTS = 12_000
DRAWS = 6
# What the simulation manages a second on a slow core; a check that would take longer is left to `simulate`.
REQUESTS_PER_S = 15_000.0
SECONDS = 7.5
LEAST_S, MOST_S = 300.0, 21_600.0
# However rare requests are, so many are waited for; in bursts that many more come at once as the gaps vary.
FEWEST = 200
# Where the rate varies, the traffic that comes is not the one drawn: of what a limit leaves above the figure without
# load, and of the requests that may miss it, the draw may use these shares; chosen so that 95 % of
# `evidence/replays.py` hold.
LIMIT_SHARE = 0.8
MISS_SHARE = 0.9
# Without an SLA nothing but the rate is asked: it is sustained with so much in hand.
IN_HAND = 1.03
# A cluster that refuses more requests than this share, unless it is set to, does not serve them.
FEW_REFUSED = 1e-3
# The rate that breaks is looked for on steps of the closed form's, with so many runs of so many requests at most.
BREAK_STEP = 1.05
BREAK_RUNS, BREAK_REQUESTS, BREAK_DRAWS = 9, 6000, 2
# Requests that find a replica idle but for this share of the time tell a design's figures without load.
IDLE_REQUESTS, IDLE_SHARE, MOST_IDLE_S = 2000, 0.01, 600.0


@dataclass(frozen=True)
class Checker:
    """How the clusters of one request are simulated: as asked, with the busiest hour all day."""

    request: Request
    coefficients: Coefficients
    seed: int = 0
    progress: Progress | None = None
    _idle: dict[str, dict[str, float]] = field(default_factory=dict, repr=False)

    @property
    def quick(self) -> bool:
        """Whether a check takes a few seconds at most."""
        t = self.request.traffic
        return self._draws * t.peak_per_s * _span_s(t.peak_per_s, t.cv) / REQUESTS_PER_S <= SECONDS

    @property
    def _draws(self) -> int:
        return DRAWS if self.request.traffic.levels else 1

    def check(self, cluster: Cluster) -> Simulation:
        """The run at the asked rate. Where the rate varies no two hours are alike: several are drawn, and the first
        that does not hold counts, or the one with the most misses."""
        found = self._check(cluster, self.run)
        assert found is not None
        return found

    def held(self, cluster: Cluster) -> Simulation | None:
        """The same where it holds, else None: a run that cannot hold any more is not run to its end."""
        found = self._check(cluster, self.unbroken)
        return found if found is not None and self.holds(found) else None

    def _check(self, cluster: Cluster, run_once: Callable[..., Simulation | None]) -> Simulation | None:
        runs: list[Simulation] = []
        for draw in range(self._draws):
            run = run_once(cluster, seed=self.seed + draw)
            if run is None or not self.holds(run):
                return run
            runs.append(run)
        if not self.request.sla:
            more = self.run(cluster, rate_per_s=IN_HAND * self.request.traffic.peak_per_s, seed=self.seed)
            if not more.sustained:
                return more
        return max(runs, key=lambda s: max((c.missed_share / c.allowed_share for c in s.sla), default=0.0))

    def holds(self, run: Simulation) -> bool:
        refused = self.request.engine.max_model_len is None and run.refused_too_long > FEW_REFUSED * run.requests
        return run.sustained and not refused and all(self.keeps(check) for check in run.sla)

    def keeps(self, check: SlaCheck) -> bool:
        """Whether a limit holds; where the rate varies, with something to spare."""
        if not self.request.traffic.levels:
            return check.holds
        few = check.key.endswith("_mean_s") or check.missed_share <= MISS_SHARE * check.allowed_share
        least = min(check.idle_s or 0.0, check.limit_s)
        return few and check.value_s <= least + LIMIT_SHARE * (check.limit_s - least)

    def unbroken(self, cluster: Cluster, **how: Any) -> Simulation | None:
        """One run, or None where it was ended because a limit is broken whatever follows."""
        try:
            return self.run(cluster, whole=False, **how)
        except BrokenError:
            return None

    def run(
        self, cluster: Cluster, *, rate_per_s: float | None = None, requests: int = REQUESTS, seed: int = 0,
        caution: Caution | None = None, whole: bool = True,
    ) -> Simulation:  # fmt: skip
        """One run; `caution`: factors on its times, by default those of the request's confidence. Raises BrokenError
        where it need not be `whole`."""
        assert cluster.design is not None
        rate = rate_per_s or self.request.traffic.peak_per_s
        request = self.request.at_rate(rate)
        setup = Setup(cluster.replicas - cluster.spare_replicas, "least_loaded", request.traffic.prefix_hit)
        span_s = _span_s(rate, request.traffic.cv, requests)
        drawn = generated(request, span_s, seed, cluster.design.model.max_context)
        progress = self.progress if whole else Breach(drawn.jobs, request.sla, self.progress)
        caution = caution or caution_of(cluster.design, request.confidence, self.coefficients)
        answer = simulated(
            cluster.design, request, drawn, setup, self.coefficients, max_sequences=cluster.replica.max_sequences,
            caution=caution, progress=progress,
        )  # fmt: skip
        if not request.traffic.levels:
            return answer
        idle = self._undisturbed(cluster, caution)
        return answer.model_copy(update={"sla": [c.model_copy(update={"idle_s": idle[c.key]}) for c in answer.sla]})

    def _undisturbed(self, cluster: Cluster, caution: Caution) -> dict[str, float]:
        """The figures that have a limit of requests that nobody disturbs, by key; simulated once a design."""
        assert cluster.design is not None
        name = f"{cluster.machine.gpu} {cluster.replica} {caution}"
        if name not in self._idle:
            long_s = min(cluster.latency.e2e_s.p50, MOST_IDLE_S)
            request = self.request.at_rate(IDLE_SHARE / long_s)
            context = cluster.design.model.max_context
            drawn = generated(request, IDLE_REQUESTS * long_s / IDLE_SHARE, self.seed, context)
            run = simulated(
                cluster.design, request, drawn, Setup(1, prefix_hit=request.traffic.prefix_hit), self.coefficients,
                max_sequences=cluster.replica.max_sequences, caution=caution,
            )  # fmt: skip
            self._idle[name] = {check.key: check.value_s for check in run.sla}
        return self._idle[name]

    def breaking(self, cluster: Cluster) -> float | None:
        """Requests a second at which the cluster no longer sustains the traffic within the SLA; None where that is not
        found within the runs, or traffic is not drawn. The asked rate is one that holds."""
        guess, asked = cluster.sla_breaks_at_rate_per_s, self.request.traffic.peak_per_s

        def holds(rate: float) -> bool:
            for seed in range(BREAK_DRAWS if self.request.traffic.levels else 1):
                run = self.unbroken(cluster, rate_per_s=rate, requests=BREAK_REQUESTS, seed=self.seed + seed)
                if run is None or not run.sustained or not all(check.holds for check in run.sla):
                    return False
            return True

        try:
            found = breaking_rate(holds, max(guess, 1e-3 * asked), asked)
        except TrafficError:
            return None
        return None if found is None else max(found, asked)


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


def _span_s(rate_per_s: float, cv: float, requests: int = REQUESTS) -> float:
    """Seconds to draw: some thousand requests, five minutes to six hours, or longer where that is for few requests."""
    return max(LEAST_S, min(MOST_S, requests / rate_per_s), FEWEST * max(1.0, cv * cv) / rate_per_s)
