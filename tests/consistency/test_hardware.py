"""A GPU with more of something is never slower for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hardware_db.schema import Accelerator
from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.formulas.types import Array
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.latency import latency
from planner.physics.coefficients import Coefficients
from planner.physics.design import enumerate_designs
from planner.physics.engines import find_engine

MODELS = ("meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-30B-A3B")
GPUS = ("H100 SXM", "L40S", "A100 SXM 80GB", "MI300X")


def _figures(catalogs: Catalogs, gpu: Accelerator, model: str, rate_per_s: float) -> Array:
    """Percentiles of every TP width at `rate_per_s`."""
    found = enumerate_designs(
        catalogs.models.find(model).model, [gpu], [find_format("bf16")], [find_kv_format("bf16")], [find_engine("vllm")]
    )
    d = found.take((found.pp == 1) & (found.dp == 1) & (found.ep == 1))
    c = curves(d, Demand.simple(1500.0, 200.0), Coefficients.shipped())
    figures = latency(c, np.full(len(d), rate_per_s), np.full(len(d), 64.0))
    return np.stack([figures.value(m, p) for m in ("ttft", "tpot", "e2e") for p in ("p50", "p95", "p99")])


@pytest.mark.parametrize("gpu", GPUS)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("what", ["bandwidth", "compute"])
def test_more_bandwidth_or_compute_is_never_slower(catalogs: Catalogs, model: str, gpu: str, what: str) -> None:
    one = catalogs.hardware.accelerator(gpu)
    more = one.model_copy(update=_more(one, what))
    for rate in (0.01, 0.5):
        before, after = (_figures(catalogs, each, model, rate) for each in (one, more))
        assert (after <= before * 1.002).all()
        assert (after < before).any()


def _more(gpu: Accelerator, what: str) -> dict[str, Any]:
    if what == "bandwidth":
        return {"mem_bw_gb_s": gpu.mem_bw_gb_s * 1.3}
    rates = gpu.peak_dense_tflops.model_dump()
    faster = {key: 1.3 * value for key, value in rates.items() if isinstance(value, int | float)}
    return {"peak_dense_tflops": gpu.peak_dense_tflops.model_copy(update=faster)}
