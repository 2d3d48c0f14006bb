"""Runners-up hold in a simulation; what breaks is named and replaced."""

from __future__ import annotations

import pytest

from planner.answers import Cluster, Plan
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.rivals import rivals
from planner.plan.verified import verified
from tests.planner.conftest import chat_request


def test_runners_up_of_a_checked_plan_hold_in_their_own_runs(context: Context) -> None:
    asked = chat_request()
    answer = verified(explore(asked, context), context).answer
    assert isinstance(answer, Plan)
    checker = Checker(asked, context.coefficients)
    assert answer.runners_up
    for r in answer.runners_up:
        assert r.simulated
        assert checker.seems(r.cluster)


@pytest.mark.parametrize("all_break", [False, True])
def test_what_breaks_is_named_and_where_all_do_dearer_ones_take_their_place(
    context: Context, monkeypatch: pytest.MonkeyPatch, all_break: bool
) -> None:
    found = explore(chat_request(), context)
    first = found.answer
    assert isinstance(first, Plan)
    known = [r.cluster for r in first.runners_up]
    weak = {c.machine.gpu for c in (known if all_break else known[:1])}
    monkeypatch.setattr(Checker, "seems", lambda self, c: c.machine.gpu not in weak)
    kept, broken = rivals(first.cluster, known, found, Checker(found.request, context.coefficients))
    assert all(any(gpu in text for text in broken) for gpu in weak)
    assert all(r.cluster.machine.gpu not in weak for r in kept)
    assert kept
    assert all_break or len(kept) == len(known) - len(broken)
    usd = [r.cluster.cost.usd_per_hour for r in kept]
    assert usd == sorted(usd)


def test_none_is_a_twin_of_the_winner_or_cheaper(context: Context) -> None:
    found = explore(chat_request(), context)
    first = found.answer
    assert isinstance(first, Plan)
    dearest: Cluster = first.runners_up[-1].cluster
    known = [first.cluster, dearest, *(r.cluster for r in first.runners_up)]
    kept, _ = rivals(dearest, known, found, Checker(found.request, context.coefficients))
    for r in kept:
        assert r.cluster.cost.usd_per_hour >= dearest.cost.usd_per_hour
        assert r.cluster.machine.gpu != dearest.machine.gpu or r.cluster.replica.weight_format != (
            dearest.replica.weight_format
        )
