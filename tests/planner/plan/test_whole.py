"""All simulations of one answer share the steps of one question."""

from __future__ import annotations

from typing import Any

import pytest

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.verified import Verified, verified
from planner.plan.whole import whole
from planner.request.reading import parse_request
from planner.simulation.work import StepBudget
from tests.planner.plan.test_verified import NEAR


def answer(context: Context, *, check: bool, used_up: bool = False, **scope: Any) -> Plan:
    request = parse_request(NEAR | {"scope": NEAR["scope"] | scope})
    explored = explore(request, context)
    found = verified(explored, context) if check else None
    if found is not None and used_up:
        found = Verified(found.explored, found.answer, found.said, StepBudget(1.0, steps=10, requests=-(10**9)))
    made = whole(found, explored, request, context, ["H100"], None)
    assert isinstance(made, Plan)
    return made


@pytest.mark.parametrize("check", [True, False])
def test_what_would_save_is_simulated_as_the_answer_was(context: Context, check: bool) -> None:
    found = answer(context, check=check)
    assert [choice.simulated for choice in found.looser] == [check] * len(found.looser)
    assert [choice.simulated for choice in found.wider] == [check] * len(found.wider)
    assert found.looser or found.wider
    assert [why.what for why in found.why_not] == ["H100"]


def test_what_the_steps_do_not_suffice_for_is_not_called_simulated(context: Context) -> None:
    found = answer(context, check=True, used_up=True)
    assert found.verification is not None
    assert not any(choice.simulated for choice in [*found.looser, *found.wider])
    assert found.looser or found.wider
