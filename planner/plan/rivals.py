"""The runners-up of a winner: each seems to hold in a simulation, which the winner does to its end."""

from __future__ import annotations

from dataclasses import replace

from models_db.formats import find_format
from planner.answers import Cluster, RunnerUp
from planner.plan.checks import Checker
from planner.plan.choice import RUNNERS_UP, best_pairs, loses_on
from planner.plan.explore import Explored
from planner.plan.sizes import Option, Sizes
from planner.plan.trial import Trial
from planner.progress import phase
from planner.search.search import search
from planner.simulation.work import TooLongError
from planner.words import counted

# Where all break, so many more pairs of GPU and format are looked at, in so many runs at most.
SPARE, RUNS = 3, 6
# Where a rival breaks is known by bisection, to within this share.
CLOSE = 1e-3


def rivals(
    cluster: Cluster, known: list[Cluster], explored: Explored, checker: Checker
) -> tuple[list[RunnerUp], list[str]]:
    """Runners-up among `known` and, where all of these break in their simulation, dearer ones; then names of those
    that break and are left out. What costs less than `cluster` was passed over. Once the steps of simulations
    are used up, those of the closed form follow."""
    told = replace(checker, progress=phase(checker.progress, "runners-up"))
    held: list[Cluster] = []
    broken: list[Cluster] = []
    unsure: list[Cluster] = []
    dearer = sorted(known, key=lambda c: c.cost.usd_per_hour)
    told.ready([Trial.of(c) for c in _unlike(cluster, dearer)])
    for c in dearer:
        if len(held) + len(unsure) == RUNNERS_UP:
            break
        if not _any_same(c, [cluster, *held, *broken, *unsure]) and _may(c, cluster, checker):
            bears = _bears(c, told)
            (unsure if bears is None else held if bears else broken).append(c)
    if broken and not unsure and not held:
        held = _more(cluster, broken, explored, told)
    found = [
        RunnerUp(cluster=c, loses_on=loses_on(cluster, c), simulated=c not in unsure)
        for c in sorted([*held, *unsure], key=lambda c: c.cost.usd_per_hour)
    ]
    named = [f"{counted(c.replicas, 'replica')} on {c.machine.gpu} in {c.replica.weight_format}" for c in broken]
    return found, named


def _unlike(cluster: Cluster, others: list[Cluster]) -> list[Cluster]:
    """Those that would be the runners-up where all of them held."""
    found: list[Cluster] = []
    for c in others:
        if len(found) < RUNNERS_UP and not _any_same(c, [cluster, *found]):
            found.append(c)
    return found


def _bears(c: Cluster, checker: Checker) -> bool | None:
    """Whether a rival holds; None where no steps are left to tell."""
    try:
        return checker.seems(c) is not False
    except TooLongError:
        return None


def _more(cluster: Cluster, broken: list[Cluster], explored: Explored, checker: Checker) -> list[Cluster]:
    """What holds of some more pairs of GPU and class of weight format."""
    most, runs = RUNNERS_UP + 1 + SPARE, 0
    wide = search(explored.prepared, explored.market, explored.request, best=most, front=False)
    sizes, found = Sizes(replace(explored, found=wide)), list[Cluster]()
    for row in wide.row[best_pairs(wide, most)].tolist():
        option = Option(int(wide.design[row]), int(wide.limit[row]), int(wide.replicas[row]))
        c = sizes.cluster(option, option.needed)
        if _any_same(c, [cluster, *broken, *found]):
            continue
        if len(found) == RUNNERS_UP or runs == RUNS:
            break
        runs += 1
        if _may(c, cluster, checker) and _bears(c, checker):
            found.append(c)
    return found


def _any_same(c: Cluster, others: list[Cluster]) -> bool:
    return any(_same(c, other) for other in others)


def _may(c: Cluster, cluster: Cluster, checker: Checker) -> bool:
    """Whether it costs no less, and carries the whole rate: what was found for less than that may not."""
    carries = c.sla_breaks_at_rate_per_s >= checker.request.traffic.peak_per_s * (1.0 - CLOSE)
    return carries and c.cost.usd_per_hour >= cluster.cost.usd_per_hour


def _same(a: Cluster, b: Cluster) -> bool:
    """Whether they differ in neither GPU nor class of weight format."""
    return (a.machine.gpu, _bits(a)) == (b.machine.gpu, _bits(b))


def _bits(c: Cluster) -> int:
    return round(find_format(c.replica.weight_format).bits)
