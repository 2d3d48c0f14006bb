from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.plan.context import Context
from planner.plan.idle import idle_figures
from planner.quant.reasons import NO_MEMORY, reason
from planner.quant.served import Comparison
from planner.quant.table import quant
from planner.request.reading import parse_request
from planner.request.request import Request

# The request with which a row of 2,269,384 GPUs stood in a table.
LONE: dict[str, Any] = {
    "model": "Qwen/Qwen3-32B", "traffic": {"rate_per_s": 8.0}, "input_tokens": {"mean": 1155, "p95": 3200},
    "output_tokens": {"mean": 211, "p95": 500}, "quality": {"any_quality": True},
    "scope": {"gpus": ["L40S"], "engines": ["vllm"], "formats": ["awq_int4_g128"], "kv_formats": ["fp8"]},
}  # fmt: skip


def comparison(context: Context, asked: Request) -> Comparison:
    rented, _, prepared = context.prepared(asked, context.catalogs.models.find(str(asked.model)).model)
    return Comparison.of(asked, prepared, rented, context.coefficients)


@pytest.mark.parametrize(
    ("change", "largest", "told"),
    [
        ({"sla": {"ttft_p95_s": 0.3}}, False, "s even when idle, and 0.3 s are allowed"),
        ({"sla": {"ttft_p95_s": 0.3}}, True, "s even when idle, and 0.3 s are allowed"),
        ({"sla": {"ttft_p95_s": 3.0}, "limits": {"max_gpus": 1}}, False, "price list within limits.max_gpus = 1"),
        (
            {"sla": {"ttft_p95_s": 3.0}, "limits": {"max_usd_per_hour": 0.01}},
            True,
            "machines compared within limits.max_usd_per_hour = 0.01",
        ),
    ],
)
def test_a_row_without_a_cluster_names_the_limit(
    context: Context, change: dict[str, Any], largest: bool, told: str
) -> None:
    (row,) = quant(parse_request(LONE | change), context, largest_rate=largest).rows
    assert row.cluster is None
    assert told in row.reason


def test_a_limit_in_milliseconds_is_asked_about(context: Context) -> None:
    assumed = quant(parse_request(LONE | {"sla": {"tpot_p95_s": 50.0}}), context).assumptions
    assert "tpot_p95_s = 50: 50 s a token is no limit; limits are in seconds: 0.05?" in assumed


def test_where_nothing_fits_it_is_memory(context: Context) -> None:
    asked = comparison(context, parse_request(LONE | {"sla": {"ttft_p95_s": 3.0}}))
    assert reason(asked, np.zeros(len(asked.prepared.designs), dtype=bool), compared=False) == NO_MEMORY


@pytest.mark.parametrize("largest", [False, True])
def test_replicas_that_keep_a_limit_only_when_idle_are_no_row(context: Context, largest: bool) -> None:
    """Just above what a lone request takes, 3,590,728 GPUs kept 1.3478 s."""
    asked = comparison(context, parse_request(LONE | {"sla": {"ttft_p95_s": 10.0}}))
    idle_s = float(idle_figures(asked.request, asked.prepared)["ttft_p95_s"].min()) * (1.0 - 1e-4)
    (row,) = quant(parse_request(LONE | {"sla": {"ttft_p95_s": idle_s}}), context, largest_rate=largest).rows
    assert row.cluster is None
    assert "ttft_p95_s" in row.reason
    (row,) = quant(parse_request(LONE | {"sla": {"ttft_p95_s": 1.2 * idle_s}}), context, largest_rate=largest).rows
    assert row.cluster is not None
    assert row.cluster.gpus < 1000
