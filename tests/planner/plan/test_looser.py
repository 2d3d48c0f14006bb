from __future__ import annotations

from models_db.loss_record import ServedLoss
from models_db.schema import Model
from planner.answers import Infeasible, Plan, ServedQuality
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.finished import NOT_LOOSER, SIMULATED
from planner.plan.looser import why_out, with_looser
from planner.plan.quality import quality, quality_record, served_loss
from planner.plan.shortlist import shortlist
from planner.plan.verified import Checked, verified_cluster
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


def test_what_is_named_costs_what_a_plan_for_it_costs(context: Context) -> None:
    # By the closed form fewer replicas in nvfp4 were enough than hold in the simulation of these bursts.
    scope = {"gpus": ["RTX 5090"], "kv_formats": ["bf16"]}
    data = {
        "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"preset": "azure-code", "rate_per_s": 5.0},
        "sla": {"ttft_p95_s": 1.0},
    }  # fmt: skip
    request, loose = parse_request({**data, "scope": scope}), {"any_quality": True}
    closed = with_looser(explore(request, context).answer, request, context, check=False).looser
    found = with_looser(explore(request, context).answer, request, context).looser
    assert all(choice.simulated for choice in found)
    assert found[0].usd_per_hour > closed[0].usd_per_hour
    only = {**scope, "formats": [found[0].weight_format]}
    alone = verified_cluster(explore(parse_request({**data, "scope": only, "quality": loose}), context), context)
    assert isinstance(alone, Checked)
    assert found[0].usd_per_hour == alone.cluster.cost.usd_per_hour


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


def test_a_mean_loss_below_the_limit_says_why_it_is_out(context: Context) -> None:
    free = asked(model="Qwen/Qwen3-32B", quality={"any_quality": True})
    model = context.catalogs.models.find(str(free.model)).model
    lost = [quality(free, model, e.weights, e.kv) for e in shortlist(explore(free, context))]
    wide = [q for q in lost if q.range_pct and q.loss_pct and q.range_pct[1] > 2.0 * q.loss_pct + 0.1]
    assert wide, "no format has a range of twice its mean"
    for found in wide:
        assert found.loss_pct is not None
        assert found.range_pct is not None
        limit = found.loss_pct + 0.02
        assert not quality_record(served(free, model, found), model, found.weights.format, limit).within_limit
        text = why_out(found, limit)
        assert f"may lose {found.range_pct[1]:.1f} %" in text
        assert f"{2.0 * limit:g}" in text
        assert why_out(found, found.loss_pct - 0.02) == "", "a mean above the limit says it by itself"


def served(request: Request, model: Model, found: ServedQuality) -> ServedLoss:
    return served_loss(request, model, found.weights.format, found.cache.format.removeprefix("kv "))


def test_where_the_simulation_asks_for_more_of_the_cheapest_formats_others_of_their_price_are_named(
    context: Context,
) -> None:
    """NVFP4 with a 16-bit cache costs $3.75 by the closed form and $6.92 simulated; with an FP8 cache $3.75 holds."""
    data = {
        "model": "meta-llama/Llama-3.3-70B-Instruct", "traffic": {"rate_per_s": 8.0},
        "input_tokens": {"mean": 1155.0, "p95": 3200.0}, "output_tokens": {"mean": 211.0, "p95": 500.0},
        "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05}, "scope": {"gpus": ["B200", "H100"]},
    }  # fmt: skip
    request = parse_request(data)
    found = with_looser(explore(request, context).answer, request, context).looser
    free = parse_request({**data, "quality": {"any_quality": True}})
    whole = verified_cluster(explore(free, context), context)
    assert isinstance(whole, Checked)
    assert found[0].usd_per_hour == whole.cluster.cost.usd_per_hour


def test_an_answer_does_not_say_of_closed_forms_that_they_were_simulated(context: Context) -> None:
    request = asked(quality={"max_loss_pct": 0.0})
    answer = explore(request, context).answer
    answer = answer.model_copy(update={"assumptions": ["a", SIMULATED]})
    for check, text in ((True, SIMULATED), (False, NOT_LOOSER)):
        found = with_looser(answer, request, context, check=check)
        assert found.assumptions == ["a", text]
        assert [choice.simulated for choice in found.looser] == [check] * len(found.looser)
