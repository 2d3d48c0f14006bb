"""The answer about a winner that the simulation agrees with: figures at the asked rate, where it breaks, its rivals."""

from __future__ import annotations

from dataclasses import replace

from planner.answers import Cluster, FrontPoint, Infeasible, Latencies, Percentiles, Plan, Simulation
from planner.physics.confidence import CENTRAL
from planner.plan.checks import Checker
from planner.plan.choice import binding, winner
from planner.plan.cluster import utilization
from planner.plan.explore import Explored
from planner.plan.first_limit import first_limit
from planner.plan.margins import no_limit, simulated
from planner.plan.prices import price_warnings
from planner.plan.rivals import rivals
from planner.progress import phase
from planner.request.metrics import PERCENTILES
from planner.request.said import with_at_once
from planner.simulation.work import StepBudget

BY_SIMULATION = (
    "latencies of the cluster are those of its simulation at predicted device times: the closed form, which looks at "
    "one replica at a time, does not hold here"
)

SIMULATED = (
    "the winner, its runners-up and looser choices were simulated; the front is of the closed form, and may break"
)
NOT_ALL = (
    "the winner was simulated; not all of its runners-up were, as simulations of one question take {0:,.0f} steps at "
    "most; the front is of the closed form, and may break"
)
NOT_LOOSER = (
    "the winner and its runners-up were simulated; not all looser choices were; the front is of the closed form, and "
    "may break"
)
FIRST_SIMULATED = "the first point of the front is the winner as simulated"
DROPPED = "left out, as they break in their simulation: {0}; --gpu and --why-not look for what holds on such a GPU"


def finished(
    explored: Explored,
    first: Plan | Infeasible,
    run: Simulation,
    checker: Checker,
    said: tuple[str, ...],
    *,
    fewer: bool,
) -> Plan:
    """`explored` holds the winner, `first` is the answer before any simulation, `run` the winner's check.

    fewer: the winner has fewer replicas than the closed form asks for, so its figures are those of a simulation.
    """
    made = explored.answer
    assert isinstance(made, Plan)
    assert explored.found is not None
    plain = first if isinstance(first, Plan) else made
    texts = [*made.assumptions, *said, *([BY_SIMULATION] if fewer else [])]
    cluster, text = as_simulated(made.cluster, checker, fewer=fewer)
    update = {
        "cluster": cluster,
        "sla": simulated(made.sla, run, holds=not fewer),
        "binding_limit": first_limit(cluster, checker)
        or binding(checker.request, explored.found, winner(explored.found), cluster),
        "warnings": [
            *price_warnings(cluster, checker.request.scope),
            *no_limit(run.ttft_s.p95, run.tpot_s.p95, checker.request),
        ],
        "verification": run,
        "candidates": first.candidates,
        "designs": first.designs,
    }
    if made is not first:
        update["pareto"] = _front(run, plain, made)
        texts.append(FIRST_SIMULATED)
    known = [plain.cluster, *(r.cluster for r in plain.runners_up), *(r.cluster for r in made.runners_up)]
    found, broken = rivals(cluster, known, explored, checker)
    all_were = all(rival.simulated for rival in found)
    texts.insert(len(made.assumptions) + len(said), SIMULATED if all_were else NOT_ALL.format(checker.work.most))
    if broken:
        texts.append(DROPPED.format("; ".join(broken)))
    update |= {
        "runners_up": found,
        "assumptions": [*with_at_once(texts, checker.request, cluster.latency.e2e_s.mean), text],
    }
    return made.model_copy(update=update)


def as_simulated(cluster: Cluster, checker: Checker, *, fewer: bool) -> tuple[Cluster, str]:
    """What holds with the rate at which its simulation breaks, and what that figure is; fewer: with latencies of a
    simulation, too."""
    cluster, text = _where_it_breaks(_simulated_figures(cluster, checker) if fewer else cluster, checker)
    share = utilization(checker.request.traffic.peak_per_s, cluster.sla_breaks_at_rate_per_s)
    return cluster.model_copy(update={"utilization": share}), text


def _simulated_figures(cluster: Cluster, checker: Checker) -> Cluster:
    """The cluster with latencies of a run at predicted device times."""
    # About as long as the run that holds, which was within its limit.
    alone = replace(checker, work=StepBudget(float("inf")))
    run, known = alone.run(cluster, seed=checker.seed, caution=CENTRAL), cluster.latency

    def percentiles(name: str) -> Percentiles:
        part = getattr(run, name)
        return getattr(known, name).model_copy(update={p: getattr(part, p) for p in PERCENTILES})  # type: ignore[no-any-return]

    latency = Latencies(
        ttft_s=percentiles("ttft_s"), tpot_s=percentiles("tpot_s"), e2e_s=percentiles("e2e_s"), figures="simulation"
    )
    return cluster.model_copy(update={"latency": latency})


def _where_it_breaks(cluster: Cluster, checker: Checker) -> tuple[Cluster, str]:
    """The cluster with the rate at which its simulation breaks, and what that figure is."""
    what = "breaks the SLA" if checker.request.sla else "is no longer sustained"
    told = phase(checker.progress, "the rate that breaks")
    rate = replace(checker, progress=told).breaking(cluster)
    if rate is None:
        asked = max(cluster.sla_breaks_at_rate_per_s, checker.request.traffic.peak_per_s)
        text = f"the rate that {what} is the closed form's, or the asked one: simulations did not bracket it"
        return cluster.model_copy(update={"sla_breaks_at_rate_per_s": asked}), text
    update = {"sla_breaks_at_rate_per_s": rate, "sla_breaks_by": "simulation"}
    near = "in a sample of the replicas (all may break at another)" if checker.sampled(cluster) else "to within 3 %"
    text = f"the rate that {what} was simulated, {near}, at cautious device times"
    return cluster.model_copy(update=update), f"{text}{_reserve(checker)}"


def _reserve(checker: Checker) -> str:
    """Why a rate a little below the one that breaks may be refused."""
    keys = [key for key in checker.request.sla if not key.endswith("_mean_s")]
    if not keys:
        return ""
    kept = f"{checker.misses:.0%} of the misses that a limit allows, as another draw may have more"
    return f"; there a run has all the misses that a limit allows: at the asked rate a plan keeps to {kept}"


def _front(run: Simulation, first: Plan, made: Plan) -> list[FrontPoint]:
    """The winner as simulated at cautious device times, and the dearer points of the first answer that are faster."""
    p95 = {"ttft_p95_s": run.ttft_s.p95, "tpot_p95_s": run.tpot_s.p95, "e2e_p95_s": run.e2e_s.p95}
    front = [made.pareto[0].model_copy(update=p95)]
    for point in first.pareto:
        if point.usd_per_hour > front[-1].usd_per_hour and point.e2e_p95_s < front[-1].e2e_p95_s:
            front.append(point)
    return front
