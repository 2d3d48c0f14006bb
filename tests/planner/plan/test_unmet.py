from __future__ import annotations

import pytest

from planner.answers import Infeasible, Plan, SlaCheck
from planner.physics.coefficients import Coefficients
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.unmet import reason, unmet
from planner.plan.verified import verified
from tests.planner.conftest import chat_request


def test_what_no_simulated_plan_met_is_named(context: Context) -> None:
    asked = chat_request(scope={"gpus": ["RTX 5090"]}, quality={"any_quality": True})
    found = explore(asked, context)
    assert isinstance(found.answer, Plan)
    checker = Checker(asked, context.coefficients)
    run = checker.run(found.answer.cluster, rate_per_s=80.0, requests=6000)
    assert not run.sustained
    answer = unmet(found, run, checker)
    assert "not sustained" in answer.binding_limit
    assert answer.nearest is not None


def check(value_s: float, missed_share: float, idle_s: float | None = None) -> SlaCheck:
    return SlaCheck(
        key="tpot_p95_s", limit_s=0.05, value_s=value_s, allowed_share=0.05, missed_share=missed_share,
        holds=value_s <= 0.05, idle_s=idle_s,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("traffic", "found", "told"),
    [
        ({}, check(0.06, 0.08), "0.06 s simulated against 0.05 s"),
        ({}, check(0.048, 0.04), "4.00% of the requests miss it: 5.00% may, and a plan keeps to 3.50%"),
        ({"levels": True}, check(0.049, 0.01, 0.03), "above 0.03 s without load a plan uses 70%, to 0.044 s"),
    ],
)  # fmt: skip
def test_a_run_within_a_limit_that_a_plan_does_not_keep_says_which_reserve_is_missing(
    traffic: dict[str, bool], found: SlaCheck, told: str
) -> None:
    varies = {"preset": "azure-conversation"} if traffic else {}
    checker = Checker(chat_request(traffic={"rate_per_s": 0.5, **varies}), Coefficients.shipped())
    assert not checker.keeps(found)
    assert told in reason(found, checker)
    assert ("within the limit" in reason(found, checker)) == found.holds


def test_a_rate_just_below_the_one_that_breaks_is_refused_for_its_misses_and_both_answers_say_so(
    context: Context,
) -> None:
    """At 7.9 a second the answer broke at 8.26; at 8 it said that 0.048 s is beyond 0.05 s."""

    def answer(rate: float) -> Plan | Infeasible:
        scope = {"gpus": ["B200"], "formats": ["nvfp4"], "kv_formats": ["bf16"], "engines": ["vllm"]}
        asked = chat_request(
            traffic={"rate_per_s": rate}, scope=scope, limits={"max_gpus": 1},
            input_tokens={"mean": 1155, "p95": 3200}, output_tokens={"mean": 211, "p95": 500},
        )  # fmt: skip
        return verified(explore(asked, context), context).answer

    plan, refused = answer(7.9), answer(8.0)
    assert isinstance(plan, Plan)
    assert isinstance(refused, Infeasible)
    assert plan.cluster.sla_breaks_at_rate_per_s > 8.0
    assert "a plan keeps to 70% of the misses" in plan.assumptions[-1]
    assert "a plan keeps to 3.50%" in refused.binding_limit
