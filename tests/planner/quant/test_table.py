"""The quantization table: one load, the checkpoint's own format as the reference, losses with their sources."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.quant.answer import QuantAnswer, QuantCluster, QuantRow
from planner.quant.table import quant
from planner.request.reading import parse_request
from tests.planner.quant.conftest import MODEL

BASE: dict[str, Any] = {
    "model": MODEL, "traffic": {"rate_per_s": 6.0}, "input_tokens": {"mean": 1000}, "output_tokens": {"mean": 200},
    "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H100", "V100 SXM2 32GB", "A100 SXM 80GB", "MI300X"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def table(context: Context) -> QuantAnswer:
    return quant(parse_request(BASE), context)


@pytest.fixture(scope="module")
def largest(context: Context) -> QuantAnswer:
    return quant(parse_request({**BASE, "scope": {"gpus": ["H100"]}}), context, largest_rate=True)


def served(answer: QuantAnswer) -> list[tuple[QuantRow, QuantCluster]]:
    return [(r, r.cluster) for r in answer.rows if r.cluster is not None]


def test_every_format_has_a_row_with_figures_or_a_reason(table: QuantAnswer) -> None:
    for row in table.rows:
        assert (row.cluster is None) == bool(row.reason)
        assert row.support in ("native", "dequant", "none")
        if row.cluster is not None:
            assert row.cluster.usd_per_hour > 0
            assert row.cluster.price_source
            assert row.cluster.longest_context
            assert row.cluster.tpot_interval[0] < row.cluster.tpot_interval[1]
            assert row.cluster.sustainable_rate_per_s > 0
    assert len({(r.gpu, r.weight_format, r.kv_format) for r in table.rows}) == len(table.rows)


def test_kernels_are_where_they_are(table: QuantAnswer) -> None:
    found = {(r.gpu, r.weight_format): r for r in table.rows}
    assert found["A100 SXM 80GB", "fp8"].support == "dequant"
    assert "Marlin" in found["A100 SXM 80GB", "fp8"].kernel
    assert found["H100 SXM", "fp8"].support == "native"
    assert found["V100 SXM2 32GB", "awq_int4_g128"].support == "none"
    assert "kernel" in found["V100 SXM2 32GB", "awq_int4_g128"].reason
    assert any("FNUZ" in text for text in found["MI300X", "fp8"].constraints)
    assert ("H100 SXM", "mxfp4") not in found


def test_dollars_agree_with_plan_to_the_cent(context: Context, table: QuantAnswer) -> None:
    for fmt in ("bf16", "fp8", "awq_int4_g128"):
        scope = {"gpus": ["H100"], "formats": [fmt], "kv_formats": ["bf16"]}
        answer = explore(parse_request({**BASE, "scope": scope}), context).answer
        row = next(r for r in table.rows if (r.gpu, r.weight_format, r.kv_format) == ("H100 SXM", fmt, "bf16"))
        assert isinstance(answer, Plan)
        assert row.cluster is not None
        assert row.cluster.usd_per_hour == pytest.approx(answer.cluster.cost.usd_per_hour, abs=0.005)


def test_the_native_row_comes_first_and_is_whole(table: QuantAnswer, largest: QuantAnswer) -> None:
    for answer in (table, largest):
        first = answer.rows[0]
        assert first.native
        assert (first.quality.loss_pct, first.quality.weights.measured) == (0.0, "native")
        assert first.change is not None
        assert first.change.usd_pct == first.change.weights_pct == first.change.rate_pct == 0.0
    assert {r.gpu for r in table.rows if r.native} == {"H100 SXM", "V100 SXM2 32GB", "A100 SXM 80GB", "MI300X"}


def test_a_checkpoint_in_four_bits_is_its_own_reference(context: Context) -> None:
    data = {**BASE, "model": "openai/gpt-oss-120b", "scope": {"gpus": ["H100"]}}
    first = quant(parse_request(data), context, largest_rate=True).rows[0]
    assert (first.weight_format, first.native, first.quality.loss_pct) == ("mxfp4", True, 0.0)


def test_a_loss_names_its_models_and_sources(table: QuantAnswer) -> None:
    for row in table.rows:
        for part in (row.quality.weights, row.quality.cache):
            assert (part.loss_pct is None) == (part.evidence == "none")
            if part.rows:
                assert part.sources
                assert part.models
                assert part.benchmarks
    fp8 = next(r for r in table.rows if r.weight_format == "fp8")
    assert fp8.quality.weights.rows > 50
    assert fp8.quality.within_limit


def test_all_rows_are_on_the_same_machines_at_their_largest_rate(largest: QuantAnswer) -> None:
    found = [c for _, c in served(largest)]
    assert len({(c.instance_type, c.gpus, c.usd_per_hour) for c in found}) == 1
    assert all(c.rate_per_s == c.sustainable_rate_per_s for c in found)
    assert max(c.tpot_p95_s for c in found) <= 0.05


def test_dollars_a_token_fall_as_the_rate_rises(table: QuantAnswer, largest: QuantAnswer) -> None:
    figures = ("usd_per_million_tokens", "usd_per_million_input_tokens", "usd_per_million_output_tokens")
    ranked = sorted((c for _, c in served(largest)), key=lambda c: c.rate_per_s)
    for slower, faster in pairwise(ranked):
        assert all(getattr(faster, name) <= getattr(slower, name) for name in figures)
    assert {c.rate_per_s for _, c in served(table)} == {6.0}
    by_usd = sorted((c for _, c in served(table)), key=lambda c: c.usd_per_hour)
    assert by_usd == sorted(by_usd, key=lambda c: c.usd_per_million_tokens)


def test_the_largest_rate_is_that_of_the_best_batch_limit(context: Context, largest: QuantAnswer) -> None:
    scope = {"gpus": ["H100"], "formats": ["bf16"], "kv_formats": ["bf16"], "max_gpus_per_replica": 1}
    row = largest.rows[0].cluster
    assert row is not None
    answer = explore(parse_request({**BASE, "scope": scope, "traffic": {"rate_per_s": 0.95 * row.rate_per_s}}), context)
    assert isinstance(answer.answer, Plan)
    assert answer.answer.cluster.replicas == 1


def test_the_front_is_not_beaten(table: QuantAnswer) -> None:
    front = [(r, c) for r, c in served(table) if r.on_front]
    assert front
    for row, c in front:
        for other, o in served(table):
            a, b = row.quality.loss_pct, other.quality.loss_pct
            if a is not None and b is not None:
                assert not (o.usd_per_million_tokens < c.usd_per_million_tokens and b < a)
