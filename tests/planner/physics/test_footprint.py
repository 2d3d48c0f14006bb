from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.footprint import footprint, non_torch_bytes
from planner.physics.graphs import through_nccl
from planner.physics.split import Split
from tests.planner.conftest import SEVENTY, designs, only

SHIPPED = Coefficients.shipped()


def test_seventy_b_in_bf16_does_not_fit_one_80gb_gpu(catalogs: Catalogs) -> None:
    d = only(designs(catalogs, SEVENTY, "H100"), 1)
    parts = footprint(d, SHIPPED, max_sequences=np.array([8.0]), max_tokens=8192.0)
    assert (parts.kv_pool < 0).all()


def test_memory_parts_and_free_add_up(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100", "fp8")
    parts = footprint(d, SHIPPED, max_sequences=np.array([64.0]), max_tokens=8192.0)
    spent = sum(np.broadcast_to(value, parts.kv_pool.shape) for value in parts.parts().values())
    fits = parts.kv_pool > 0
    assert (spent[fits] <= np.broadcast_to(parts.total, spent.shape)[fits] * (1 + 1e-9)).all()


def test_the_second_engine_counted_nccl_until_it_looked_later(catalogs: Catalogs) -> None:
    """vLLM PR 19312; the first engine, which older GPUs still ran, never counted it in a machine."""

    def outside(version: str, gpu: str) -> float:
        any_of = designs(catalogs, SEVENTY, gpu)
        engine = find_engine("vllm", version)
        each = Designs.single(
            any_of.model, any_of.gpus[0], any_of.formats[0], any_of.kv_formats[0], engine, Split(tp=4)
        )
        return float(non_torch_bytes(each, SHIPPED.memory, np.array([[4.0]]), through_nccl(each))[0, 0])

    assert outside("0.9", "A100 PCIe 80GB") > outside("0.10", "A100 PCIe 80GB") + 0.3 * GIB
    assert outside("0.9", "T4") == outside("0.10", "T4")
