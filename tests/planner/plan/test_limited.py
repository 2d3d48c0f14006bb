"""Plans within limits on the cluster that the closed form asks for too many replicas to keep."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.answers import Infeasible, Plan
from planner.plan.cheapest import LEAST_SHARE, Cheapest, Held
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.infeasible import NEAREST_BY_CLOSED_FORM
from planner.plan.limited import asked_for, kept_within, within_reach, without_limits
from planner.plan.looser import with_looser
from planner.plan.shortlist import shortlist
from planner.plan.sizes import Sizes
from planner.plan.verified import Checked, cheaper, verified, verified_cluster
from planner.plan.wider import wider
from planner.planner import Planner
from planner.request.reading import parse_request, read_request
from planner.request.request import Request
from tests.consistency.drawn import few, questions
from tests.consistency.test_dollars import NOISE

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "chat-70b.toml"
# The closed form asks for more replicas than hold.
BURSTS: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "confidence": 0.8, "traffic": {"rate_per_s": 9.0},
    "input_tokens": {"mean": 1155, "p95": 3200}, "output_tokens": {"mean": 211, "p95": 500},
    "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.05}, "scope": {"gpus": ["H100"], "engines": ["vllm"]},
}  # fmt: skip


def example(rate_per_s: float, limits: dict[str, float], gpus: tuple[str, ...] = ()) -> Request:
    asked = read_request(EXAMPLE).at_rate(rate_per_s)
    scope = asked.scope.model_copy(update={"gpus": gpus})
    sla = {**asked.sla, "ttft_p95_s": 2.0}
    return asked.model_copy(update={"scope": scope, "sla": sla}).limited_to(limits)


def gpus_of(c: Any) -> int:
    return int(c.machine.count * c.machine.gpus)


@pytest.mark.parametrize(
    ("rate_per_s", "gpus", "limits"),
    [
        (40.0, (), {"max_usd_per_hour": 23.0}), (40.0, (), {"max_gpus": 6}),
        (9.0, ("H100",), {"max_usd_per_hour": 18.0}),
    ],
)  # fmt: skip
def test_a_limit_that_the_plan_without_limits_keeps_changes_nothing(
    context: Context, rate_per_s: float, gpus: tuple[str, ...], limits: dict[str, float]
) -> None:
    asked = example(rate_per_s, limits, gpus)
    free = verified(explore(asked.unlimited, context), context).answer
    explored = explore(asked, context)
    found = verified(explored, context)
    assert isinstance(free, Plan)
    assert isinstance(found.answer, Plan)
    assert found.answer.cluster == free.cluster
    assert found.answer.verification == free.verification
    plain = explored.answer
    assert isinstance(plain, Infeasible) or plain.cluster.cost.usd_per_hour > free.cluster.cost.usd_per_hour
    # Whatever asks for it is told the same.
    alone = verified_cluster(explored, context)
    assert isinstance(alone, Checked)
    assert alone.run == free.verification
    usd = free.cluster.cost.usd_per_hour
    priced = cheaper(explored, context, usd * 1.01)
    assert priced is not None
    assert priced.usd_per_hour == pytest.approx(usd)
    assert cheaper(explored, context, usd) is None
    entries = shortlist(found.explored)
    assert entries[0].usd_per_hour == pytest.approx(usd)
    others = [found.answer.cluster, *(other.cluster for other in found.answer.runners_up)]
    assert all(gpus_of(c) <= limits.get("max_gpus", np.inf) for c in others)
    assert all(c.cost.usd_per_hour <= limits.get("max_usd_per_hour", np.inf) for c in others)
    assert all(entry.usd_per_hour <= limits.get("max_usd_per_hour", np.inf) for entry in entries)


@few(4, 400)
@given(data=questions(least_limits=1))
def test_limits_at_what_the_plan_without_them_takes_get_a_plan_that_costs_no_more(
    context: Context, data: dict[str, Any]
) -> None:
    free = verified_cluster(explore(parse_request(data), context), context)
    assume(isinstance(free, Checked) and free.run is not None)
    assert isinstance(free, Checked)
    usd, gpus = free.cluster.cost.usd_per_hour, gpus_of(free.cluster)
    for limits in ({"max_usd_per_hour": usd}, {"max_gpus": gpus}, {"max_usd_per_hour": usd, "max_gpus": gpus}):
        found = verified_cluster(explore(parse_request(data | {"limits": limits}), context), context)
        assert isinstance(found, Checked)
        assert found.cluster.cost.usd_per_hour <= usd
        assert gpus_of(found.cluster) <= limits.get("max_gpus", np.inf)


def test_fewer_replicas_than_the_closed_form_asks_for_are_found_among_those_within_reach(context: Context) -> None:
    asked = example(40.0, {"max_gpus": 6}, ("B200",))
    explored = explore(asked, context)
    assert not explored.feasible
    found = Cheapest(Checker(asked, context.coefficients, runs=context.runs))
    found.look(within_reach(explored), cheapest_first=False)
    assert found.best is not None
    assert found.best.fewer
    assert gpus_of(found.best.cluster) == 6


def test_where_the_plan_without_limits_is_beyond_them_others_within_them_are_looked_for(context: Context) -> None:
    asked = example(9.0, {"max_gpus": 8}, ("H100",))
    free = verified_cluster(explore(asked.unlimited, context), context)
    found = verified(explore(asked, context), context).answer
    assert isinstance(free, Checked)
    assert isinstance(found, Plan)
    assert found.cluster.cost.usd_per_hour > free.cluster.cost.usd_per_hour
    assert gpus_of(free.cluster) > 8 >= gpus_of(found.cluster)
    assert found.verification is not None


@few(2, 200)
@given(data=questions(least_limits=1), fewer=st.integers(0, 3), gpu=st.sampled_from(["L40S", "H100 SXM", "B200"]))
def test_more_choice_is_not_dearer_within_limits(context: Context, data: dict[str, Any], fewer: int, gpu: str) -> None:
    free = verified_cluster(explore(parse_request(data), context), context)
    assume(isinstance(free, Checked))
    assert isinstance(free, Checked)
    limits = {"max_gpus": max(1, gpus_of(free.cluster) - fewer)}
    usd = []
    for gpus in ([gpu], [gpu, *data["scope"]["gpus"]]):
        asked = parse_request(data | {"limits": limits, "scope": {"gpus": gpus}})
        found = verified_cluster(explore(asked, context), context)
        usd.append(found.cluster.cost.usd_per_hour if isinstance(found, Checked) else np.inf)
    assert usd[1] <= usd[0] * (1.0 + NOISE)


def test_what_wider_offers_and_looser_formats_would_do_within_the_limits_is_simulated_too(context: Context) -> None:
    """Without them the answer is negative, and of neither does the closed form keep the limit."""
    planner, asked = Planner(), example(40.0, {"max_usd_per_hour": 23.0}, ("B200",))
    dear = planner.dated(
        asked.model_copy(update={"scope": asked.scope.model_copy(update={"offer_classes": ("hyperscaler",)})})
    )
    negative = verified(explore(dear, context), context).answer
    assert isinstance(negative, Infeasible)
    found = {each.offer_class: each for each in wider(None, dear, context)}
    assert found["cloud"].simulated
    assert found["cloud"].usd_per_hour <= 23.0
    asked = example(12.0, {"max_usd_per_hour": 21.2}, ("H100",))
    strict = asked.model_copy(update={"quality": asked.quality.model_copy(update={"max_loss_pct": 0.0})})
    negative = verified(explore(strict, context), context).answer
    assert isinstance(negative, Infeasible)
    looser = with_looser(negative, strict, context).looser
    assert looser
    assert all(choice.simulated and choice.usd_per_hour <= 21.2 for choice in looser)
    assert with_looser(negative, strict, context, check=False).looser == []


def test_a_negative_answer_names_the_plan_that_holds_beyond_the_limits_as_the_nearest(context: Context) -> None:
    asked = example(40.0, {"max_usd_per_hour": 20.0}, ("B200",))
    answer = verified(explore(asked, context), context).answer
    assert isinstance(answer, Infeasible)
    assert answer.nearest is not None
    assert answer.nearest_change == "$22.50 an hour on 6 GPUs"
    assert answer.nearest.latency.figures == "simulation"
    assert answer.nearest.sla_breaks_at_rate_per_s >= 40.0
    usd = answer.nearest.cost.usd_per_hour
    met = verified(explore(asked.limited_to({"max_usd_per_hour": usd}), context), context).answer
    assert isinstance(met, Plan)
    assert met.cluster.cost.usd_per_hour == usd
    alone = verified_cluster(explore(asked, context), context)
    assert isinstance(alone, Infeasible)
    assert alone.nearest == answer.nearest


def test_the_nearest_to_limits_out_of_reach_is_the_plan_without_them(context: Context) -> None:
    asked = parse_request(BURSTS | {"limits": {"max_usd_per_hour": 2.5}})
    explored = explore(asked, context)
    found = verified(explored, context).answer
    assert not within_reach(explored).feasible
    assert isinstance(explored.answer, Infeasible)
    assert isinstance(found, Infeasible)
    assert NEAREST_BY_CLOSED_FORM in explored.answer.assumptions
    assert NEAREST_BY_CLOSED_FORM not in found.assumptions
    free = verified(explore(asked.unlimited, context), context).answer
    assert isinstance(free, Plan)
    assert found.nearest == free.cluster


def test_the_nearest_to_a_limit_on_latency_is_said_to_be_of_the_closed_form(context: Context) -> None:
    asked = parse_request(BURSTS | {"sla": {"tpot_p95_s": 1e-4}})
    found = verified(explore(asked, context), context).answer
    assert isinstance(found, Infeasible)
    assert found.nearest is not None
    assert NEAREST_BY_CLOSED_FORM in found.assumptions


def test_the_answer_without_a_simulation_is_the_closed_forms() -> None:
    planner, asked = Planner(), parse_request(BURSTS | {"limits": {"max_usd_per_hour": 18.0}})
    plain = planner.plan(asked, verify=False)
    assert isinstance(plain, Infeasible)
    assert plain.binding_limit == planner.explore(asked).answer.binding_limit
    assert isinstance(planner.plan(asked), Plan)


def test_what_is_within_reach_keeps_the_limits_in_the_least_share_of_its_replicas(context: Context) -> None:
    explored = explore(parse_request(BURSTS | {"limits": {"max_gpus": 6, "spare_replicas": 1}}), context)
    near = within_reach(explored)
    assert asked_for(explored.request).limits.max_gpus == 6 / LEAST_SHARE
    assert near.found is not None
    sizes = Sizes(near)
    options = sizes.options(20)
    assert any(not np.isfinite(sizes.usd_per_hour(option, option.needed)) for option in options)
    for option in options:
        least = 1 + max(1, ceil(LEAST_SHARE * (option.needed - 1)))
        assert np.isfinite(sizes.usd_per_hour(option, least))


def test_without_limits_all_is_as_it_was_explored(context: Context) -> None:
    explored = explore(parse_request(BURSTS), context)
    assert within_reach(explored) is explored
    limited = explore(parse_request(BURSTS | {"limits": {"max_usd_per_hour": 18.0}}), context)
    assert without_limits(limited).answer == explored.answer


def test_what_holds_is_kept_only_within_the_limits(context: Context) -> None:
    asked = parse_request(BURSTS)
    found = verified(explore(asked, context), context)
    made = found.answer
    assert isinstance(made, Plan)
    sizes = Sizes(explore(asked, context))
    option = sizes.options(1)[0]
    assert made.verification is not None
    held = Held(sizes, option, option.needed, made.verification)
    kept = kept_within(held, asked.limited_to({"max_usd_per_hour": held.usd_per_hour}))
    assert kept is not None
    assert kept.usd_per_hour == held.usd_per_hour
    assert kept_within(held, asked.limited_to({"max_usd_per_hour": 0.99 * held.usd_per_hour})) is None
