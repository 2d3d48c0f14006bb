from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.load.demand import Demand
from planner.plan.context import Context
from planner.request.reading import parse_request
from planner.search.bounds import least_usd_per_hour, one_replica_usd_per_hour
from tests.consistency.drawn import TORTURE, all_or, few, questions
from tests.planner.conftest import chat_request

ENGINES = ("vllm", "sglang", "trtllm", "tgi", "lmdeploy", "llama.cpp")
NAMES = (
    "openai/gpt-oss-120b", "mistralai/Mistral-7B-Instruct-v0.3", "Qwen/Qwen3-30B-A3B", "deepseek-ai/DeepSeek-R1",
    "meta-llama/Llama-3.3-70B-Instruct",
)  # fmt: skip
LENGTHS = ("30, 400", "100, 3", "6000, 8", *(f"{isl}, {osl}" for isl in (40, 200, 400, 1000, 3000) for osl in (1, 8)))


@few(8, 400)
@given(data=questions(), gpus=st.lists(st.sampled_from(["L40S", "H100", "B200", "MI300X", "L4"]), max_size=3))
def test_no_design_costs_less_than_in_its_best_case(context: Context, data: dict[str, Any], gpus: list[str]) -> None:
    request = parse_request({**data, "scope": {"gpus": gpus}})
    model = context.catalogs.models.find(str(request.model)).model
    rented, designs, prepared = context.prepared(request, model)
    best = context.best_case_usd(request, model, rented, designs)[prepared.kept]
    least = least_usd_per_hour(prepared, rented, request)
    assert (best <= least * (1.0 + 1e-9)).all()
    one = one_replica_usd_per_hour(prepared.designs, rented, request, np.ones(len(least), dtype=bool))
    assert (one <= best * (1.0 + 1e-9)).all()


@pytest.mark.parametrize("engine", all_or(["vllm", "sglang", "trtllm", "llama.cpp"], ENGINES))
@pytest.mark.parametrize("name", all_or(["openai/gpt-oss-120b", "mistralai/Mistral-7B-Instruct-v0.3"], NAMES))
@pytest.mark.parametrize("lengths", all_or(["30, 400", "100, 3", "6000, 8"], LENGTHS))
def test_no_rate_is_above_that_of_the_best_case(context: Context, engine: str, name: str, lengths: str) -> None:
    """In every engine, whether its steps carry both or not, at both ends of what a prompt and its answer are and
    between, where other kernels are picked."""
    isl, osl = map(float, lengths.split(","))
    request = chat_request(
        model=name, scope={"engines": [engine], "gpus": [] if TORTURE else ["L40S", "H100", "B200", "MI300X"]},
        input_tokens={"mean": isl}, output_tokens={"mean": osl}, sla={"e2e_p95_s": 60.0},
    )  # fmt: skip
    model = context.catalogs.models.find(name).model
    _, designs, prepared = context.prepared(request, model)
    loads, best = context._study(designs).best_case(Demand.of(request, model.max_context), request.confidence)
    rows = np.cumsum(loads)[prepared.kept] - 1
    assert len(rows) > 20
    assert (prepared.curves.rate_per_s <= best.rate_per_s[rows] * (1.0 + 1e-9)).all()
    assert (prepared.slots.max(axis=1) <= best.slots[rows] * (1.0 + 1e-9)).all()
    assert np.allclose(prepared.curves.step_s, best.step_s[rows], rtol=1e-12, atol=1e-12)
