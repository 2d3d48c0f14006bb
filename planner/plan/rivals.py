"""The runners-up of a winner: each holds in a simulation, as the winner does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models_db.formats import find_format
from planner.answers import Cluster, RunnerUp
from planner.plan.checks import Checker
from planner.plan.choice import RUNNERS_UP, best_pairs, clusters, loses_on
from planner.plan.explore import Explored
from planner.progress import phase
from planner.search.search import search
from planner.words import counted

# Where some break, so many more pairs of GPU and format are looked at, and so many may break.
SPARE = 3
# Where a rival breaks is known by bisection, to within this share.
CLOSE = 1e-3


def rivals(
    cluster: Cluster, known: list[Cluster], explored: Explored, checker: Checker
) -> tuple[list[RunnerUp], list[str]]:
    """Runners-up among `known` and, where some of these break in their simulation, dearer ones; then names of those
    that break. What costs less than `cluster` was passed over."""
    told = replace(checker, progress=phase(checker.progress, "runners-up"))
    found: list[RunnerUp] = []
    broken: list[str] = []
    seen = [cluster]
    for c in _in_turn(known, explored, broken):
        if len(found) == RUNNERS_UP or len(broken) > SPARE:
            break
        if any(_same(c, other) for other in seen) or not _may(c, cluster, checker):
            continue
        seen.append(c)
        if told.bears(c):
            found.append(RunnerUp(cluster=c, loses_on=loses_on(cluster, c), simulated=True))
        else:
            broken.append(f"{counted(c.replicas, 'replica')} on {c.machine.gpu} in {c.replica.weight_format}")
    return found, broken


def _in_turn(known: list[Cluster], explored: Explored, broken: list[str]) -> Iterator[Cluster]:
    yield from sorted(known, key=lambda c: c.cost.usd_per_hour)
    if broken:
        yield from _dearer(explored)


def _dearer(explored: Explored) -> list[Cluster]:
    """The cheapest candidates of some more pairs of GPU and class of weight format."""
    most = RUNNERS_UP + 1 + SPARE
    found = search(explored.prepared, explored.market, explored.request, best=most, front=False)
    if not found.feasible.any():
        return []
    picked = best_pairs(found, most)
    return clusters(explored.stated, found, explored.market, picked.tolist(), explored.coefficients)


def _may(c: Cluster, cluster: Cluster, checker: Checker) -> bool:
    """Whether it costs no less, and carries the whole rate: what was found for less than that may not."""
    carries = c.sla_breaks_at_rate_per_s >= checker.request.traffic.peak_per_s * (1.0 - CLOSE)
    return carries and c.cost.usd_per_hour >= cluster.cost.usd_per_hour


def _same(a: Cluster, b: Cluster) -> bool:
    """Whether they differ in neither GPU nor class of weight format."""
    return (a.machine.gpu, _bits(a)) == (b.machine.gpu, _bits(b))


def _bits(c: Cluster) -> int:
    return round(find_format(c.replica.weight_format).bits)
