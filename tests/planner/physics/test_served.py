"""Checkpoints stored in FP32 are served in the 16-bit type of the GPU."""

from __future__ import annotations

import numpy as np
import pytest

from models_db.formats import served_format
from planner.catalogs import Catalogs
from planner.deployment.fit import fit
from planner.evidence.points import read_point
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.kernels import half_type
from planner.physics.step import Load, StepModel
from planner.plan.scope import scope_formats

GEMMA = "google/gemma-2-9b-it"
C = Coefficients.shipped()


@pytest.mark.parametrize(("gpu", "half"), [("H100 PCIe", "bf16"), ("V100 SXM2 16GB", "fp16")])
def test_fp32_is_cast_to_the_type_of_the_gpu(catalogs: Catalogs, gpu: str, half: str) -> None:
    model, card = catalogs.models.find(GEMMA).model, catalogs.hardware.accelerator(gpu)
    assert model.native.format == "fp32"
    assert served_format(model, half_type(card)).id == half
    assert one_design(Deployment(GEMMA, gpu), catalogs)[0].formats[0].id == half


def test_a_stored_type_stays_and_a_stated_one_is_kept(catalogs: Catalogs) -> None:
    oss = catalogs.models.find("openai/gpt-oss-20b").model
    assert served_format(oss, "bf16").id == "mxfp4"
    assert one_design(Deployment(GEMMA, "H100 PCIe", "fp32"), catalogs)[0].formats[0].id == "fp32"


def test_gemma_in_16_bit_decodes_as_fast_as_measured(catalogs: Catalogs) -> None:
    """14.1 ms a token on H100 PCIe at a low rate, where 32 bit would take 25."""
    design = one_design(Deployment(GEMMA, "H100 PCIe"), catalogs)[0]
    step = StepModel.of(design, C).step(Load(np.array([[1.0]]), 500.0)).total_s
    assert step[0, 0] == pytest.approx(14.1e-3, rel=0.15)


def test_fit_plan_and_validate_read_it_alike(catalogs: Catalogs) -> None:
    answer = fit(catalogs, C, model=GEMMA, gpus=["H100 PCIe"], weights=None, kv=None, engine="vllm", context=4096)
    assert answer.weight_format == "bf16"
    assert answer.rows[0].weights_gib == pytest.approx(17.3, abs=0.5)
    proposed = {f.id for f in scope_formats((), catalogs.models.find(GEMMA).model, [])}
    assert "bf16" in proposed
    assert "fp32" not in proposed
    row = {"model": GEMMA, "gpu": "V100", "engine": "vLLM", "load": "closed_loop", "isl": "10", "osl": "10"}
    assert read_point(row | {"concurrency": "1"}, catalogs).fmt.id == "fp16"
