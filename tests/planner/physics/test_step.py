from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import find_engine
from planner.physics.step import Load, StepModel
from tests.planner.conftest import EIGHT, SEVENTY, designs, one_gpu, only

SHIPPED = Coefficients.shipped()


@pytest.mark.parametrize(
    ("gpu", "model"), [("H100", SEVENTY), ("H200", "deepseek-ai/DeepSeek-V3"), ("B200", "openai/gpt-oss-120b")]
)
def test_doubling_tp_slows_a_step_only_by_communication(catalogs: Catalogs, gpu: str, model: str) -> None:
    d = designs(catalogs, model, gpu, catalogs.models.find(model).model.native.format)
    batch = np.array([[1.0, 8.0, 64.0, 256.0]])
    compared = 0
    for tp in (1, 2, 4):
        small, large = only(d, tp), only(d, tp * 2)
        if not len(small) or not len(large):
            continue
        compared += 1
        a, b = (StepModel.of(x, SHIPPED).step(Load(batch, 2000.0)) for x in (small, large))
        grown = b.terms["collectives"].seconds - a.terms["collectives"].seconds
        assert (b.total_s - a.total_s <= grown + 1e-9).all()
    assert compared > 0


def test_more_bandwidth_or_compute_is_never_slower(catalogs: Catalogs) -> None:
    base = only(designs(catalogs, SEVENTY, "H100", "fp8"), 4)
    gpu = base.gpus[0]
    load = Load(np.array([[1.0, 16.0, 256.0]]), 3000.0, 512.0, 3000.0)
    slow = StepModel.of(base, SHIPPED).step(load).total_s
    for change in ({"mem_bw_gb_s": gpu.mem_bw_gb_s * 2}, {"link_bw_gb_s_per_gpu_bidirectional": 1800.0}):
        fast = StepModel.of(replace(base, gpus=(gpu.model_copy(update=change),)), SHIPPED).step(load).total_s
        assert (fast <= slow + 1e-12).all()
        assert (fast < slow).any() == ("mem_bw_gb_s" in change)


def test_terms_are_positive_and_grow_with_the_batch(catalogs: Catalogs) -> None:
    for name in ("deepseek-ai/DeepSeek-V3", "Qwen/Qwen3.5-35B-A3B", "nvidia/Nemotron-H-8B-Base-8K"):
        d = designs(catalogs, name, "H200", catalogs.models.find(name).model.native.format)
        step = StepModel.of(d, SHIPPED).step(Load(np.array([[1.0, 2.0, 64.0, 1024.0]]), 4000.0, 100.0, 4000.0))
        for key, term in step.terms.items():
            assert (np.asarray(term.seconds) >= 0).all(), key
        assert (np.diff(step.total_s, axis=1) >= -1e-12).all()


def test_one_row_equals_the_bulk(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100", "fp8")
    batch = np.array([[1.0, 32.0]])
    bulk = StepModel.of(d, SHIPPED).step(Load(batch, 1000.0)).total_s
    for i in range(len(d)):
        single = StepModel.of(d.take(np.array([i])), SHIPPED).step(Load(batch, 1000.0)).total_s
        np.testing.assert_allclose(bulk[i], single[0])


@pytest.mark.parametrize("model", [SEVENTY, "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3-Next-80B-A3B-Instruct"])
def test_seconds_alone_are_those_of_the_terms_together(catalogs: Catalogs, model: str) -> None:
    d = designs(catalogs, model, "H200", catalogs.models.find(model).model.native.format)
    steps = StepModel.of(d, SHIPPED)
    cuts = len(steps.cuts.designs)
    prompts = np.linspace(64.0, 4096.0, cuts)[:, None]
    for load in (
        Load(np.array([[1.0, 2.0, 700.0]]), 1500.0),
        Load(np.array([[0.0, 5.0, 9.0]]), 800.0, prompts, 2000.0),
    ):
        np.testing.assert_allclose(
            steps.seconds(load, 3), np.broadcast_to(steps.step(load).total_s, (len(d), 3)), 1e-12
        )


def test_a_format_without_a_kernel_is_slower_than_sixteen_bit(catalogs: Catalogs) -> None:
    """bitsandbytes widens each matrix before it multiplies: it saves memory, not time."""
    batch = Load(np.array([[1.0, 64.0]]), 1000.0)
    wide, bnb, awq = (
        StepModel.of(only(designs(catalogs, SEVENTY, "H100", fmt), 8), SHIPPED).step(batch).total_s
        for fmt in ("bf16", "bnb_nf4", "awq_int4_g128")
    )
    assert (bnb > wide).all()
    assert awq[0, 0] < wide[0, 0]
    drafted = Load(np.array([[8.0]]), 1000.0, verified=4.0)
    plain = Load(np.array([[8.0]]), 1000.0)
    model = StepModel.of(only(designs(catalogs, SEVENTY, "H100", "fp8"), 4), SHIPPED)
    once, four = (model.step(load).total_s[0, 0] for load in (plain, drafted))
    assert once < four < 4 * once


def test_latent_prompts_cost_more_in_the_latent_space(catalogs: Catalogs) -> None:
    """Scores over 576 and sums over 512 elements a head instead of 192 and 128 in DeepSeek-V2-Lite."""
    load = Load(np.zeros((1, 1)), np.zeros((1, 1)), np.array([[4096.0]]), np.array([[4096.0]]))
    flop = {}
    for engine in ("vllm", "llama.cpp"):
        model = StepModel.of(one_gpu(catalogs, engine, "deepseek-ai/DeepSeek-V2-Lite"), SHIPPED)
        prompts = model.work(load)["attention prefill"].compute_s * model.rates.wide_flop_per_s
        flop[engine] = float(prompts[0, 0])
    assert flop["llama.cpp"] / flop["vllm"] == pytest.approx((576 + 512) / (192 + 128))


def test_matrix_vector_kernels_have_no_tiles(catalogs: Catalogs) -> None:
    """On a GPU with little arithmetic, single sequences of llama.cpp are bound by the memory alone."""

    def compute_s(batch: float) -> float:
        model = StepModel.of(one_gpu(catalogs, "llama.cpp", gpu="M4 Pro", fmt="Q4_K_M"), SHIPPED)
        return float(model.work(Load(np.array([[batch]]), 100.0))["linear"].compute_s[0, 0])

    assert compute_s(8.0) == pytest.approx(8.0 * compute_s(1.0))
    assert compute_s(9.0) > 2.0 * compute_s(8.0)


def split(catalogs: Catalogs, model: str, *, pp: int = 1, dp: int = 1) -> Designs:
    d = enumerate_designs(
        catalogs.models.find(model).model,
        [catalogs.hardware.accelerator("H200")],
        [find_format("fp8")],
        [find_kv_format("fp16")],
        [find_engine("vllm")],
    )
    return d.take((d.tp == 1) & (d.pp == pp) & (d.dp == dp))


def step_s(designs: Designs, running: float) -> float:
    return float(StepModel.of(designs, SHIPPED).step(Load(np.array([[running]]), 1000.0)).total_s.ravel()[0])


@pytest.mark.parametrize("model", [EIGHT, "Qwen/Qwen3-30B-A3B"])
def test_one_sequence_is_not_cut_among_the_stages_of_a_pipeline(catalogs: Catalogs, model: str) -> None:
    whole, staged = split(catalogs, model), split(catalogs, model, pp=4)
    assert step_s(staged, 1.0) >= step_s(whole, 1.0)
    assert step_s(staged, 4.0) == pytest.approx(step_s(staged, 1.0), rel=0.05)
    assert step_s(staged, 64.0) < step_s(whole, 64.0)


def test_an_expert_model_on_data_parallel_ranks_waits_for_the_one_that_works(catalogs: Catalogs) -> None:
    ranks = split(catalogs, "Qwen/Qwen3-30B-A3B", dp=4)
    assert len(ranks) == 1
    work = StepModel.of(ranks, SHIPPED).work(Load(np.array([[1.0, 2.0, 64.0]]), 1000.0))
    attention = work["attention decode"].memory_s.ravel()
    assert attention[0] == pytest.approx(attention[1])
    assert attention[2] > 10 * attention[1]


def test_grouped_gemms_cost_more_the_more_experts_a_token_picks(catalogs: Catalogs) -> None:
    few, many = (
        StepModel.of(one_gpu(catalogs, "vllm", model, "B200"), SHIPPED).work(Load(np.array([[1.0]]), 100.0))["experts"]
        for model in ("openai/gpt-oss-120b", "Qwen/Qwen3-30B-A3B")
    )
    a_layer = [float(np.ravel(work.fixed_s)[0]) / layers for work, layers in ((few, 36), (many, 48))]
    assert 1.5 < a_layer[1] / a_layer[0] < 2.0
