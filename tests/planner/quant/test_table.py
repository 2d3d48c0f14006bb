"""The quantization table: support, quality with its source, and dollars that agree with `plan`."""

from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.quant.answer import QuantAnswer
from planner.quant.table import kept_pct, quant
from planner.request.reading import parse_request
from tests.planner.quant.conftest import MODEL

BASE = {
    "model": MODEL, "traffic": {"rate_per_s": 6.0}, "input_tokens": {"mean": 1000}, "output_tokens": {"mean": 200},
    "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H100", "V100 SXM2 32GB", "A100 SXM 80GB", "MI300X"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def table(context: Context) -> QuantAnswer:
    return quant(parse_request(BASE), context)


def test_every_format_has_a_row_with_figures_or_a_reason(table: QuantAnswer) -> None:
    for row in table.rows:
        assert (row.cluster is None) == bool(row.reason)
        assert row.support in ("native", "dequant", "none")
        if row.cluster is not None:
            assert row.cluster.usd_per_hour > 0
            assert row.cluster.price_source
            assert row.cluster.longest_context
            assert row.cluster.tpot_interval[0] < row.cluster.tpot_interval[1]
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


def test_quality_names_its_model_and_source(table: QuantAnswer) -> None:
    for row in table.rows:
        for kept in (row.weights_quality, row.kv_quality):
            assert (kept.kept_pct is None) == (kept.metric == "no evidence")
            if kept.kept_pct not in (None, 100.0):
                assert kept.source
    fp8 = next(r for r in table.rows if r.weight_format == "fp8")
    assert fp8.weights_quality.same_model


def test_the_front_is_not_beaten(table: QuantAnswer) -> None:
    front = [r for r in table.rows if r.on_front]
    assert front
    for row in front:
        for other in table.rows:
            a, b = kept_pct(row), kept_pct(other)
            if other.cluster is None or b is None or a is None or row.cluster is None:
                continue
            assert not (other.cluster.usd_per_hour < row.cluster.usd_per_hour and b > a)
