from __future__ import annotations

from planner.answers import Infeasible
from planner.plan.cheapest import Cheapest
from planner.plan.checks import Checker
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.looked import beyond_limits, looked
from planner.request.reading import parse_request
from tests.planner.conftest import chat_request


def test_what_was_looked_at_without_limits_is_looked_at_again_within_them(context: Context) -> None:
    """A plan on 10 GPUs held without the limit, was passed over for a cheaper one on 11, and was not found again."""
    asked = parse_request({
        "model": "Qwen/Qwen3-32B", "traffic": {"rate_per_s": 40.0}, "input_tokens": {"mean": 3000, "cv": 1.0},
        "output_tokens": {"mean": 500, "cv": 1.0}, "sla": {"ttft_p95_s": 4.0, "tpot_p95_s": 0.03},
        "scope": {"gpus": ["B200"], "engines": ["vllm"]}, "limits": {"max_gpus": 10},
    })  # fmt: skip
    found = looked(explore(asked, context), Checker(asked, context.coefficients, runs=context.runs))
    assert isinstance(found, Cheapest)
    assert found.best is not None
    assert found.best.cluster.gpus == 10
    assert found.beyond is not None
    assert found.beyond.cluster.gpus > 10


def test_what_costs_as_much_is_not_looked_for(context: Context) -> None:
    asked = chat_request()
    explored, checker = explore(asked, context), Checker(asked, context.coefficients, runs=context.runs)
    found = looked(explored, checker)
    assert isinstance(found, Cheapest)
    assert found.best is not None
    usd = found.best.usd_per_hour
    below, above = (looked(explored, checker, below_usd=share * usd) for share in (1.0, 1.01))
    assert isinstance(below, Cheapest)
    assert isinstance(above, Cheapest)
    assert below.best is None
    assert above.best is not None
    assert above.best.usd_per_hour == usd


def test_where_more_than_limits_is_in_the_way_nothing_is_simulated(context: Context) -> None:
    asked = chat_request(sla={"tpot_p95_s": 1e-5}, limits={"max_gpus": 4})
    explored, checker = explore(asked, context), Checker(asked, context.coefficients, runs=context.runs)
    assert looked(explored, checker) == ""
    assert isinstance(explored.answer, Infeasible)
    assert beyond_limits(explored, checker) == explored.answer
    assert checker.work.requests == 0


def test_what_waits_without_end_is_not_taken_for_promising(context: Context) -> None:
    """Each token comes in time, and the requests never: such designs used up the looks at one of half the price."""
    asked = parse_request({
        "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 2.97}, "input_tokens": {"mean": 2000},
        "output_tokens": {"mean": 200}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["L40S"]},
    })  # fmt: skip
    narrow = asked.model_copy(
        update={"scope": asked.scope.model_copy(update={"formats": ("fp8",), "kv_formats": ("fp8",)})}
    )
    usd = []
    for request in (asked, narrow):
        found = looked(explore(request, context), Checker(request, context.coefficients, runs=context.runs))
        assert isinstance(found, Cheapest)
        assert found.best is not None
        usd.append(found.best.usd_per_hour)
    assert usd[0] <= usd[1]
