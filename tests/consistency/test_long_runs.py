"""A plan holds at the rate it was asked for over a long simulation, and breaks near the rate it states."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import Planner, Rehearsal, parse_request
from planner.answers import Plan, Simulation
from planner.load.demand import Demand
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from tests.consistency.drawn import TORTURE, few, questions
from tests.consistency.test_dollars import harder, planner

LONG_S, MOST = (5400.0, 60_000.0) if TORTURE else (1800.0, 12_000.0)
# What the closed form may err by against the simulation, p95 of most cells.
STATED = 0.35
README: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"rate_per_s": 8.0}, "input_tokens": {"mean": 1155},
    "output_tokens": {"mean": 211}, "scope": {"gpus": ["RTX PRO 6000 Blackwell Server", "RTX 5090", "H100 SXM"]},
}  # fmt: skip
LIMITED = README | {
    "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05}, "quality": {"any_quality": True},
    "scope": {"gpus": ["RTX 5090"], "offer_classes": ["hyperscaler", "cloud", "marketplace"]},
}  # fmt: skip


def run(question: dict[str, Any], plan: Plan, rate: float, seconds: float = LONG_S) -> Simulation:
    asked = parse_request(question | {"traffic": question["traffic"] | {"rate_per_s": rate}})
    return planner().simulate(asked, plan.cluster, Rehearsal(seconds=min(seconds, MOST / rate), seed=7))


def planned(question: dict[str, Any]) -> Plan:
    answer = planner().plan(parse_request(question))
    assert isinstance(answer, Plan)
    assert answer.verification is not None
    return answer


def holds(simulation: Simulation) -> bool:
    return simulation.sustained and all(check.holds for check in simulation.sla)


def test_without_limits_the_plan_sustains_its_rate() -> None:
    """One GPU that sustains 3.9 a second was the answer for 8, with waits of 1,990 s in its own simulation."""
    plan = planned(README)
    asked = run(README, plan, 8.0)
    assert holds(asked)
    assert asked.ttft_s.p99 < 10.0
    breaks = plan.cluster.sla_breaks_at_rate_per_s
    assert plan.cluster.utilization < 1.0
    assert holds(run(README, plan, 0.95 * breaks))
    assert not holds(run(README, plan, 1.1 * breaks))


def test_where_a_cluster_breaks_does_not_move_with_the_rate_asked() -> None:
    """Once 14.45 for five machines at 12 a second and 11.8 for the same at 10, and at 13 they broke."""
    plans = [planned(harder(LIMITED, "rate", rate / 8.0)) for rate in (12.0, 12.3)]
    first, second = (plan.cluster for plan in plans)
    assert (first.replica, first.replicas) == (second.replica, second.replicas)
    assert first.sla_breaks_at_rate_per_s == pytest.approx(second.sla_breaks_at_rate_per_s, rel=0.03)
    assert holds(run(LIMITED, plans[1], 0.95 * second.sla_breaks_at_rate_per_s))
    assert not holds(run(LIMITED, plans[1], 1.1 * second.sla_breaks_at_rate_per_s))


@few(2, 150)
@given(question=questions(), rate=st.sampled_from([2.0, 6.0, 15.0]))
def test_a_plan_holds_at_its_rate_and_breaks_near_the_rate_it_states(question: dict[str, Any], rate: float) -> None:
    question = question | {"traffic": {"rate_per_s": rate}}
    answer = planner().plan(parse_request(question))
    if not isinstance(answer, Plan) or answer.verification is None:
        return
    assert answer.verification.sustained
    assert all(check.holds for check in answer.verification.sla)
    assert answer.cluster.utilization <= 1.0
    assert answer.cluster.sla_breaks_at_rate_per_s >= rate * (1.0 - 1e-9)
    long = run(question, answer, rate, 3600.0)
    assert long.sustained
    # A limit that is met exactly may be missed by other traffic of the same kind, by a little.
    assert all(check.value_s <= 1.1 * check.limit_s for check in long.sla)
    if answer.cluster.sla_breaks_by == "simulation":
        assert not holds(run(question, answer, 1.15 * answer.cluster.sla_breaks_at_rate_per_s, 3600.0))


def test_plan_estimate_and_simulation_agree_on_one_replica() -> None:
    question = README | {"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 3.0}, "scope": {"gpus": ["L40S"]}}
    question = question | {"sla": {"tpot_p95_s": 0.1}}
    plan = planned(question)
    c, r = plan.cluster, plan.cluster.replica
    assert c.replicas == 1
    request = parse_request(question)
    deployment = Deployment(
        r.model, c.machine.gpu, r.weight_format, r.kv_format, r.engine, Split(r.tp, r.pp, r.ep, r.dp),
        rate_per_s=3.0, settings=EngineSettings(max_num_seqs=r.max_sequences),
    )  # fmt: skip
    estimate = planner().estimate(deployment, Demand.of(request))
    central = Planner().simulate(request, c, Rehearsal(seconds=LONG_S, seed=3), confidence=0.5)
    for name in ("ttft_s", "tpot_s", "e2e_s"):
        by_plan, by_estimate = getattr(c.latency, name), getattr(estimate.latency, name)
        assert by_plan.p95 == pytest.approx(by_estimate.p95, rel=0.01)
        for percentile in ("p50", "p95"):
            assert getattr(by_plan, percentile) == pytest.approx(
                getattr(getattr(central, name), percentile), rel=STATED
            )
