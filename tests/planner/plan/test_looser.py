from __future__ import annotations

from planner.answers import Infeasible, Plan
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.looser import with_looser
from planner.request.reading import parse_request
from planner.request.request import Request


def asked(**more: object) -> Request:
    data = {
        "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 20.0}, "sla": {"tpot_p95_s": 0.03},
        "input_tokens": {"mean": 1000.0}, "output_tokens": {"mean": 200.0}, "scope": {"gpus": ["B200", "RTX 5090"]},
    }  # fmt: skip
    return parse_request({**data, **more})


def test_what_others_would_save_is_cheaper_and_loses_more(context: Context) -> None:
    request = asked(quality={"max_loss_pct": 0.0})
    answer = with_looser(explore(request, context).answer, request, context)
    assert isinstance(answer, Plan)
    assert (answer.cluster.replica.weight_format, answer.cluster.replica.kv_format) == ("bf16", "bf16")
    assert answer.looser
    least = float("inf")
    for choice in answer.looser:
        assert choice.usd_per_hour < answer.cluster.cost.usd_per_hour
        assert not choice.quality.within_limit
        lost = choice.quality.loss_pct
        assert lost is None or lost < least
        least = lost if lost is not None else least
        assert f"instead of ${answer.cluster.cost.usd_per_hour:.2f}" in choice.text


def test_without_a_limit_nothing_is_looser(context: Context) -> None:
    request = asked(quality={"any_quality": True})
    answer = with_looser(explore(request, context).answer, request, context)
    assert isinstance(answer, Plan)
    assert not answer.looser


def test_where_only_a_looser_limit_meets_the_request_it_is_named(context: Context) -> None:
    request = asked(
        model="meta-llama/Llama-3.3-70B-Instruct", traffic={"rate_per_s": 0.5}, sla={"tpot_p95_s": 0.2},
        scope={"gpus": ["RTX 5090"], "max_gpus_per_replica": 2}, quality={"max_loss_pct": 0.1},
    )  # fmt: skip
    answer = with_looser(explore(request, context).answer, request, context)
    assert isinstance(answer, Infeasible)
    assert answer.looser
    assert answer.looser[0].saves_usd_per_hour is None
    assert "a looser limit on quality" in answer.nearest_change
