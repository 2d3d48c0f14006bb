from __future__ import annotations

from planner.plan.context import Context
from planner.quant.compared import compared
from planner.quant.table import quant
from planner.request.reading import parse_request
from tests.planner.quant.conftest import MODEL


def test_changes_are_against_the_native_row_of_the_gpu(context: Context) -> None:
    data = {
        "model": MODEL, "traffic": {"rate_per_s": 5.0}, "sla": {"tpot_p95_s": 0.05},
        "scope": {"gpus": ["L40S", "H100"], "formats": ["bf16", "fp8"], "kv_formats": ["bf16"]},
    }  # fmt: skip
    rows = quant(parse_request(data), context).rows
    assert [(r.gpu, r.weight_format) for r in rows if r.native] == [(r.gpu, "bf16") for r in rows if r.native]
    for row in rows:
        native = next(r for r in rows if r.native and r.gpu == row.gpu)
        assert row.change is not None
        assert row.cluster is not None
        assert native.cluster is not None
        ratio = row.cluster.weights_gib / native.cluster.weights_gib
        assert abs(row.change.weights_pct - 100.0 * (ratio - 1.0)) < 0.06
        assert row.change.quality_pct == -(row.quality.loss_pct or 0.0)
    fp8 = next(r for r in rows if r.weight_format == "fp8")
    assert fp8.change is not None
    assert fp8.change.weights_pct < -30.0
    alone = compared([fp8])[0]
    assert alone.change is None
    assert alone.on_front
