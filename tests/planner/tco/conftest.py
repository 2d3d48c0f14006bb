"""One comparison with fixed prices, scores and a fixed day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models_db.quality import Score
from planner.plan.context import Context
from planner.tco.answer import TcoAnswer
from planner.tco.apis import ApiPrice
from planner.tco.request import parse_tco
from planner.tco.tco import tco

ON = date(2026, 11, 20)


PRICES = {
    name: ApiPrice(
        name.split("/")[0], name.split("/")[1], usd, usd / 4, 4 * usd, usd / 2, 2 * usd, None, "2026-11-20", "test"
    )
    for name, usd in (("a/dear", 20.0), ("a/cheap", 0.05))
}


BASE: dict[str, Any] = {
    "model": "meta-llama/Llama-3.1-8B-Instruct", "traffic": {"rate_per_s": 5.0}, "input_tokens": {"mean": 1000},
    "output_tokens": {"mean": 200}, "sla": {"tpot_p95_s": 0.08},
    "scope": {"gpus": ["H100", "L40S"], "formats": ["bf16", "fp8"], "kv_formats": ["bf16", "fp8"], "engines": ["vllm"]},
    "tco": {"apis": ["a/dear", "a/cheap"], "owned": ["H100"]},
}  # fmt: skip


def answered(context: Context, **tco_changes: Any) -> TcoAnswer:
    request, asked = parse_tco({**BASE, "tco": {**BASE["tco"], **tco_changes}})
    return tco(request, asked, context, own_prices=PRICES)


@pytest.fixture(scope="session")
def base(context: Context) -> TcoAnswer:
    return answered(context)


SCORED_PRICES = {
    name: ApiPrice(*name.split("/", 1), usd, None, 3 * usd, None, None, None, "2026-11-20", "test", latency)
    for name, usd, latency in (
        ("a/clever", 4.0, {"tpot_p95_s": 0.03}), ("a/plain", 0.01, {"tpot_p95_s": 0.5}),
        ("groq/qwen/qwen3-32b", 0.3, {}),
    )
}  # fmt: skip


SCORES = (Score("a/clever", "MMLU", 92.0, "5", "test"), Score("a/plain", "MMLU", 60.0, "5", "test"))


def scored(context: Context, **changes: Any) -> TcoAnswer:
    request, asked = parse_tco({**BASE, "tco": {"apis": list(SCORED_PRICES), **changes}})
    return tco(request, asked, context, own_prices=SCORED_PRICES, own_scores=SCORES)
