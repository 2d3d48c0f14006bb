"""The search for the cheapest plan that holds, on clusters whose verdict is known without a simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from planner.answers import Cluster
from planner.frozen import dataclass as frozen
from planner.physics.coefficients import Coefficients
from planner.plan.cheapest import RUNS, Cheapest
from planner.plan.checks import Checker
from planner.plan.explore import Explored
from planner.plan.sizes import Sizes
from planner.plan.trial import Trial
from tests.consistency.drawn import TORTURE

Verdict = Callable[[Cluster, int], bool]


@frozen(frozen=True)
class Known(Checker):
    """A checker that knows which clusters hold, and writes down what it was asked."""

    truth: Callable[[Cluster], bool] = lambda _: True
    asked: list[Cluster] = field(default_factory=list)
    clear: Callable[[Cluster], bool] = lambda _: False

    def held(self, cluster: Any) -> Any:
        """The cluster itself for the run in which it holds."""
        made = Trial.of(cluster).made()
        self.asked.append(made)
        return made if self.truth(made) else None

    def seems(self, cluster: Any) -> Any:
        made = Trial.of(cluster).made()
        if self.clear(made):
            self.asked.append(made)
            return True
        return self.held(cluster) or False

    def hopeless(self, cluster: Cluster) -> bool:
        return False


def never(_: Cluster) -> bool:
    return False


def searched(
    explored: Explored, truth: Callable[[Cluster], bool], clear: Callable[[Cluster], bool] = never
) -> tuple[Cheapest, list[Cluster]]:
    checker = Known(explored.request, Coefficients.shipped(), truth=truth, clear=clear)
    found = Cheapest(checker)
    found.look(explored)
    return found, checker.asked


def needed(explored: Explored) -> dict[tuple[Any, ...], int]:
    """Replicas that the closed form asks for, by what a cluster is."""
    found, out = Sizes(explored).found, dict[tuple[Any, ...], int]()
    d = found.prepared.designs
    for k, limit, replicas in zip(found.design.tolist(), found.limit.tolist(), found.replicas.tolist(), strict=True):
        gpu, fmt, kv = d.gpus[d.gpu[k]].name, d.formats[d.fmt[k]].id, d.kv_formats[d.kv[k]].id
        split = (int(d.tp[k]), int(d.pp[k]), int(d.dp[k]), int(d.ep[k]))
        name = (gpu, fmt, kv, *split, int(found.prepared.limits[limit]))
        out[name] = min(int(replicas), out.get(name, 10**9))
    return out


def named(c: Cluster) -> tuple[Any, ...]:
    r = c.replica
    return c.machine.gpu, r.weight_format, r.kv_format, r.tp, r.pp, r.dp, r.ep, r.max_sequences


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0, 1.3, 2.0] if TORTURE else [0.5, 1.3])
def test_where_all_designs_need_another_share_of_the_replicas_the_cheapest_is_found(
    explored: Explored, share: float
) -> None:
    """Tightening once overshot: four replicas held at $1.52, eight at $3.72 were the answer."""
    closed = needed(explored)
    found, asked = searched(explored, lambda c: c.replicas >= share * closed[named(c)])
    sizes = Sizes(explored)
    truth = []
    for option in sizes.options(64):
        count = max(1, -(-int(1000 * share * option.needed) // 1000))
        truth.append(sizes.usd_per_hour(option, count))
    assert found.best is not None
    assert found.best.usd_per_hour == pytest.approx(min(truth))
    assert found.best.cluster in asked
    assert len(asked) == found.runs < RUNS


@pytest.mark.parametrize("share", [0.5, 1.3])
@pytest.mark.parametrize("seeming", [0.6, 0.9, 1.0] if TORTURE else [0.6, 1.0])
def test_what_only_seemed_to_hold_is_no_answer(explored: Explored, share: float, seeming: float) -> None:
    """A run that ends once it seems clear leads the search on; the answer is that of whole runs."""
    closed = needed(explored)

    def truth(c: Cluster) -> bool:
        return c.replicas >= share * closed[named(c)]

    whole, _ = searched(explored, truth)
    found, asked = searched(explored, truth, lambda c: c.replicas >= seeming * share * closed[named(c)])
    assert found.best is not None
    assert whole.best is not None
    assert found.best.cluster == whole.best.cluster == cast(Any, found.best.run)
    assert len(asked) == found.runs <= RUNS


def test_what_costs_too_much_is_not_asked_about(explored: Explored) -> None:
    best, _ = searched(explored, lambda c: True)
    assert best.best is not None
    checker = Known(explored.request, Coefficients.shipped())
    found = Cheapest(checker, below_usd=best.best.usd_per_hour)
    found.look(explored)
    assert found.best is None
    assert all(c.cost.usd_per_hour < best.best.usd_per_hour for c in checker.asked)


def test_another_split_is_found_where_the_closed_form_is_wrong_about_the_first(explored: Explored) -> None:
    closed = needed(explored)
    first = Sizes(explored).cluster(Sizes(explored).options(1)[0], 1)

    def truth(c: Cluster) -> bool:
        wrong = (c.machine.gpu, c.replica.pp) == (first.machine.gpu, first.replica.pp)
        return c.replicas >= (4 if wrong else 1) * closed[named(c)]

    found, _ = searched(explored, truth)
    assert found.best is not None
    assert (found.best.cluster.machine.gpu, found.best.cluster.replica.pp) != (first.machine.gpu, first.replica.pp)


def test_where_nothing_holds_the_number_of_simulations_is_bounded(explored: Explored) -> None:
    found, asked = searched(explored, lambda _: False)
    assert found.best is None
    assert len(asked) == found.runs <= RUNS


def test_the_same_question_asks_the_same_of_the_simulation(explored: Explored) -> None:
    closed = needed(explored)
    truth = cast(Callable[[Cluster], bool], lambda c: c.replicas >= 1.5 * closed[named(c)])
    runs = [searched(explored, truth)[1] for _ in range(2)]
    assert runs[0] == runs[1]


def test_what_costs_the_same_gives_up_no_format(explored: Explored) -> None:
    """One B200 held the checkpoint's own format at the price of the one that was found first."""
    sizes = Sizes(explored)
    options = sizes.options(64)
    usd = {option: sizes.usd_per_hour(option, option.needed) for option in options}
    own = min((o for o in options if sizes.changed(o) == 0), key=usd.__getitem__)
    lossy = next(o for o in options if sizes.changed(o) > 0)
    found = Cheapest(Known(explored.request, Coefficients.shipped()))
    found.best = cast(Any, Tie(sizes, lossy, usd[own]))
    found._give_up_less(sizes, [lossy, own])
    assert found.best is not None
    assert found.best.sizes.changed(found.best.option) == 0
    assert found.best.usd_per_hour == pytest.approx(usd[own])
    assert found.runs == 1


@dataclass
class Tie:
    """What was found first, at the price of another."""

    sizes: Sizes
    option: Any
    usd_per_hour: float


def test_where_machines_alone_are_asked_for_they_are_the_same(explored: Explored) -> None:
    """And what would run on the same machines in other formats is not simulated."""
    closed = needed(explored)

    def look(*, machines_alone: bool, share: float) -> tuple[Cheapest, int]:
        checker = Known(
            explored.request, Coefficients.shipped(), truth=lambda c: c.replicas >= share * closed[named(c)]
        )
        found = Cheapest(checker, machines_alone=machines_alone)
        found.look(explored)
        return found, len(checker.asked)

    fewer = 0
    for share in (0.5, 0.7, 1.0, 1.4, 2.0):
        (whole, runs), (some, less) = (look(machines_alone=alone, share=share) for alone in (False, True))
        assert whole.best is not None
        assert some.best is not None
        assert some.best.machine == whole.best.machine
        fewer += runs - less
        assert runs >= less
    assert fewer > 0
