"""Designs and requests that the tests of several packages share."""

from __future__ import annotations

from typing import Any

import pytest

from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import find_engine
from planner.plan.context import Context
from planner.plan.explore import Explored, explore
from planner.request.reading import parse_request
from planner.request.request import Request

SEVENTY = "meta-llama/Llama-3.3-70B-Instruct"


def designs(catalogs: Catalogs, model: str, gpu: str, fmt: str = "bf16", kv: str = "bf16") -> Designs:
    return enumerate_designs(
        catalogs.models.find(model).model,
        [catalogs.hardware.accelerator(gpu)],
        [find_format(fmt)],
        [find_kv_format(kv)],
        [find_engine("vllm")],
    )


def only(d: Designs, tp: int, pp: int = 1, dp: int = 1) -> Designs:
    return d.take((d.tp == tp) & (d.pp == pp) & (d.dp == dp))


EIGHT = "meta-llama/Llama-3.1-8B-Instruct"


def one_gpu(catalogs: Catalogs, engine: str, model: str = EIGHT, gpu: str = "H100", fmt: str = "bf16") -> Designs:
    d = enumerate_designs(
        catalogs.models.find(model).model,
        [catalogs.hardware.accelerator(gpu)],
        [find_format(fmt)],
        [find_kv_format("fp16")],
        [find_engine(engine)],
    )
    return d.take((d.tp == 1) & (d.pp == 1) & (d.dp == 1))


CHAT: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "traffic": {"rate_per_s": 8},
    "input_tokens": {"mean": 1155},
    "output_tokens": {"mean": 211},
    "sla": {"ttft_p95_s": 1.0, "tpot_p95_s": 0.05},
}


def chat_request(**changes: Any) -> Request:
    return parse_request(CHAT | changes)


@pytest.fixture(scope="module")
def explored(context: Context) -> Explored:
    return explore(chat_request(), context)
