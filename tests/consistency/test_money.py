"""The machines that money is counted for are those of the plan, before its simulation."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planner import Planner, parse_request
from planner.answers import Infeasible, Plan
from planner.tco.answer import TcoAnswer
from planner.tco.request import TcoTerms
from tests.consistency.drawn import few, questions

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")

RENTED = TcoTerms(own=False, commitments=("on_demand",), apis=("openai/gpt-4o",))
ALONE: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "confidence": 0.8, "traffic": {"rate_per_s": 2.0},
    "input_tokens": {"mean": 1155, "p95": 3200}, "output_tokens": {"mean": 211, "p95": 500},
    "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.05}, "scope": {"gpus": ["B200"]},
}  # fmt: skip


@cache
def planner() -> Planner:
    return Planner()


@few(2, 400)
@given(question=questions(), spare=st.sampled_from([0, 0, 1, 2]))
@example(question=ALONE, spare=1)
@example(question=ALONE | {"model": "Qwen/Qwen3-8B", "scope": {"gpus": ["MI300X"]}}, spare=1)
def test_hosting_is_counted_on_the_machines_of_the_plan(question: dict[str, Any], spare: int) -> None:
    asked = parse_request(question | {"limits": {"spare_replicas": spare}})
    made, money = planner().plan(asked, verify=False), planner().tco(asked, RENTED)
    if isinstance(made, Infeasible):
        assert isinstance(money, Infeasible)
        return
    assert isinstance(made, Plan)
    assert isinstance(money, TcoAnswer)
    way = next(option for option in money.self_hosting if option.name == "on demand")
    assert way.machines == made.cluster.machine.count
    assert way.lines[0].usd_per_month == round(made.cluster.cost.usd_per_month, 2)
    # Spare replicas are idle, whether they have machines of their own or not.
    busy = (made.cluster.replicas - spare) / made.cluster.replicas * made.cluster.utilization
    assert way.inputs["load"] == pytest.approx(min(1.0, busy))
