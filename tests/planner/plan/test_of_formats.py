from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.plan import of_formats as module
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.plan.of_formats import of_formats
from planner.plan.shortlist import shortlist
from planner.request.reading import parse_request
from tests.consistency.drawn import few, questions

COLUMNS = ("design", "limit", "replicas", "row", "offer", "machines", "usd_per_hour", "feasible")


def alone(explored: Explored, context: Context, weights: str, kv: str) -> Explored:
    """What is explored anew of these formats."""
    scope = explored.request.scope.model_copy(update={"formats": (weights,), "kv_formats": (kv,)})
    return explore(explored.request.model_copy(update={"scope": scope}), context, front=False)


@few(6, 300)
@given(
    data=questions(), gpus=st.lists(st.sampled_from(["L40S", "H100", "B200", "A100 SXM 80GB", "MI300X"]), max_size=3)
)
def test_it_is_what_is_found_of_these_formats_alone(context: Context, data: dict[str, Any], gpus: list[str]) -> None:
    """Whether their designs are those of all formats or more."""
    request = parse_request({**data, "scope": {"gpus": gpus}, "quality": {"any_quality": True}})
    explored = explore(request, context, front=False)
    pairs = dict.fromkeys((entry.weights, entry.kv) for entry in shortlist(explored))
    for weights, kv in list(pairs)[::3]:
        made, again = of_formats(explored, context, weights, kv), alone(explored, context, weights, kv)
        assert made.request == again.request
        assert (len(made.designs), made.feasible) == (len(again.designs), again.feasible)
        assert np.array_equal(made.prepared.kept, again.prepared.kept)
        assert made.found is not None
        assert again.found is not None
        assert np.array_equal(made.found.prepared.kept, again.found.prepared.kept)
        for name in COLUMNS:
            assert np.array_equal(getattr(made.found, name), getattr(again.found, name))


def test_formats_that_others_stand_for_are_looked_for(context: Context, monkeypatch: Any) -> None:
    """FP16 is left out where a GPU has BF16, and in scope by another GPU that has not."""
    data = {
        "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 5.0}, "input_tokens": {"mean": 800},
        "output_tokens": {"mean": 200}, "scope": {"gpus": ["H100", "V100 SXM2 32GB"]}, "quality": {"any_quality": True},
    }  # fmt: skip
    explored = explore(parse_request(data), context, front=False)
    asked: list[str] = []

    def noted(request: Any, context: Context, **how: Any) -> Explored:
        asked.append(request.scope.formats[0])
        return explore(request, context, **how)

    monkeypatch.setattr(module, "explore", noted)
    for weights, kv, more in (("fp8", "bf16", False), ("fp16", "fp16", True)):
        found, again = of_formats(explored, context, weights, kv), alone(explored, context, weights, kv)
        d = explored.designs
        here = [d.formats[f].id == weights and d.kv_formats[k].id == kv for f, k in zip(d.fmt, d.kv, strict=True)]
        assert len(found.designs) == len(again.designs) >= sum(here) > 0
        assert (len(found.designs) > sum(here)) == more
    assert asked == ["fp16"]
