"""Grouped GEMMs of experts: which instructions they run in, what decides their factors, what routing costs."""

from __future__ import annotations

import numpy as np
import pytest

from models_db.formats import find_format
from planner.catalogs import Catalogs
from planner.physics.case import case_of
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.factor_keys import keys, width
from planner.physics.factors import where
from planner.physics.kernels import default_kv, support
from planner.physics.rates import rates
from planner.physics.split import Split
from planner.physics.step import Load, StepModel
from tests.planner.conftest import one_gpu

C = Coefficients.shipped()
QWEN = "Qwen/Qwen3-30B-A3B"


@pytest.mark.parametrize(
    ("engine", "gpu", "dense", "experts"),
    [("vllm", "H100", 1.0, 0.63), ("sglang", "H20", 0.63, 0.63), ("tensorrt-llm", "H100", 1.0, 1.0),
     ("vllm", "A100 SXM 40GB", 1.0, 1.0)],
)  # fmt: skip
def test_marlin_runs_in_instructions_of_one_warp(
    catalogs: Catalogs, engine: str, gpu: str, dense: float, experts: float
) -> None:
    """Machete, vLLM's kernel for dense layers, has the wide ones of Hopper; H20 under SGLang errs by 10 % instead of
    25 with it."""
    found = rates(one_gpu(catalogs, engine, gpu=gpu, fmt="gptq_int4_g128"), C)
    widened = C.operators.dequant_compute * found.wide_flop_per_s[0, 0]
    assert found.quantized_flop_per_s[0, 0] == pytest.approx(dense * widened)
    assert found.grouped_flop_per_s[0, 0] == pytest.approx(experts * widened)


def test_experts_of_an_engine_on_a_generation_have_a_factor_of_their_own(catalogs: Catalogs) -> None:
    """Triton's experts on MI300X are not AITER's."""
    place = where(one_gpu(catalogs, "sglang", QWEN, "MI300X", "fp8"))[0][0]
    found = keys("experts", "fixed", place)
    own = ("experts place", f"cdna3 @ {place.era}", "fixed")
    assert own in found
    assert width(own) > width(("experts place", f"hopper @ {place.era}", "fixed"))
    assert all(kind != "experts place" for kind, *_ in keys("linear", "fixed", place))


def test_scales_in_groups_of_32_are_other_kernels_than_nvfp4(catalogs: Catalogs) -> None:
    def compute(model: str, fmt: str) -> str:
        return where(one_gpu(catalogs, "vllm", model, "B200", fmt))[0][0].compute

    assert (compute("openai/gpt-oss-20b", "mxfp4"), compute(QWEN, "nvfp4")) == ("fp4 32", "fp4")
    place = where(one_gpu(catalogs, "vllm", "openai/gpt-oss-20b", "B200", "mxfp4"))[0][0]
    types = [name for kind, name, _ in keys("experts", "compute", place) if kind == "type"]
    # What is seen of one group of scales helps the other.
    assert types == ["fp4 32 experts", "fp4 experts"]


@pytest.mark.parametrize(("engine", "more"), [("tensorrt-llm", True), ("vllm", False)])
def test_routing_under_expert_parallelism_costs_kernels(catalogs: Catalogs, engine: str, more: bool) -> None:
    runtime = find_engine(engine)

    def fixed_s(ep: int) -> float:
        model, gpu = catalogs.models.find("zai-org/GLM-4.7").model, catalogs.hardware.accelerator("H100")
        d = Designs.single(model, gpu, find_format("fp8"), default_kv(gpu, runtime), runtime, Split(tp=8, ep=ep))
        return float(np.max(StepModel.of(d, C).step(Load(np.array([[1.0]]), 1000.0)).terms["experts"].fixed_s))

    assert (fixed_s(8) > 1.2 * fixed_s(1)) == more


def test_atom_serves_fp8_and_mxfp4_through_aiter(catalogs: Catalogs) -> None:
    new, old = (catalogs.hardware.accelerator(name) for name in ("MI355X", "MI300X"))
    assert support(find_format("mxfp4"), new, "atom").level == "native"
    assert "AITER" in support(find_format("fp8"), old, "atom").kernel
    assert support(find_format("bf16"), catalogs.hardware.accelerator("H100"), "atom").level == "none"
    engine = find_engine("atom")
    assert (engine.mixed_steps, engine.sequences(new), engine.batched_tokens(new)) == (False, 512, 16384)
    assert C.basis(case_of(catalogs.models.find(QWEN).model, new, engine, find_format("fp8"), Split())) == "physics"
