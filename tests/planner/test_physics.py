from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_db.formats import find_format, find_kv_format, formats
from models_db.matrices import matrices, total_params
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.load.curves import curves
from planner.load.demand import Demand
from planner.load.latency import latency
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import find_engine
from planner.physics.footprint import footprint
from planner.physics.kernels import support
from planner.physics.kv_cache import cache_bytes, kv_bytes_per_token
from planner.physics.split import Split, format_problem, split_problem, splits
from planner.physics.step import Load, StepModel
from planner.physics.weights import rank_shape, weights_bytes

SHIPPED = Coefficients.shipped()

SEVENTY = "meta-llama/Llama-3.3-70B-Instruct"


def designs(catalogs: Catalogs, model: str, gpu: str, fmt: str = "bf16", kv: str = "bf16") -> Designs:
    return enumerate_designs(
        catalogs.models.find(model).model,
        [catalogs.hardware.accelerator(gpu)],
        [find_format(fmt)],
        [find_kv_format(kv)],
        [find_engine("vllm")],
    )


def only(d: Designs, tp: int, pp: int = 1, dp: int = 1) -> Designs:
    return d.take((d.tp == tp) & (d.pp == pp) & (d.dp == dp))


def test_loading_log_of_llama_70b_tp8(catalogs: Catalogs) -> None:
    # vLLM "Model loading took 16.4605 GiB": TP 8, BF16.
    model = catalogs.models.find(SEVENTY).model
    got = weights_bytes(model, find_format("bf16"), Split(tp=8)) / GIB
    assert got == pytest.approx(16.4605, abs=6e-4)


def test_deepseek_v3_kv_is_70272_bytes_on_every_rank(catalogs: Catalogs) -> None:
    model = catalogs.models.find("deepseek-ai/DeepSeek-V3").model
    assert kv_bytes_per_token(model) == 70_272
    assert kv_bytes_per_token(model, tp=8) == 70_272


def test_tp8_with_four_kv_heads_replicates(catalogs: Catalogs) -> None:
    model = catalogs.models.find("Qwen/Qwen3-235B-A22B").model
    whole = kv_bytes_per_token(model)
    assert kv_bytes_per_token(model, tp=4) == whole / 4
    assert kv_bytes_per_token(model, tp=8) == whole / 4


def test_no_fp8_compute_on_a100_and_no_fp4_on_h100(catalogs: Catalogs) -> None:
    a100, h100 = catalogs.hardware.accelerator("A100"), catalogs.hardware.accelerator("H100")
    assert support(find_format("fp8"), a100, "vllm").level == "dequant"
    assert support(find_format("fp8"), a100, "vllm").compute == "bf16"
    assert support(find_format("nvfp4"), h100, "vllm").compute == "bf16"
    assert support(find_format("fp8"), h100, "vllm").compute == "fp8"


def test_no_native_rate_is_credited_that_is_not_stated(catalogs: Catalogs) -> None:
    for gpu in catalogs.hardware.accelerators.values():
        for fmt in formats().values():
            for engine in ("vllm", "sglang", "tensorrt-llm", "tgi", "llama.cpp"):
                answer = support(fmt, gpu, engine)
                if answer.level == "native" and answer.compute in ("fp8", "fp4", "int8"):
                    stated = getattr(gpu.peak_dense_tflops, answer.compute)
                    measured = getattr(gpu.measured, f"{answer.compute}_tflops", None)
                    assert stated or measured, (gpu.id, fmt.id)


def test_awq_has_no_kernel_on_volta(catalogs: Catalogs) -> None:
    v100 = catalogs.hardware.accelerator("V100")
    assert support(find_format("awq_int4_g128"), v100, "vllm").level == "none"
    assert support(find_format("gptq_int4_g128"), v100, "vllm").level == "dequant"


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


def test_int4_never_takes_more_than_fp8(catalogs: Catalogs) -> None:
    for model in catalogs.models.all():
        fp8 = weights_bytes(model, find_format("fp8"), Split())
        for name in ("awq_int4_g128", "gptq_int4_g32", "nvfp4", "bnb_nf4"):
            assert weights_bytes(model, find_format(name), Split()) <= fp8, (model.id, name)


@pytest.mark.parametrize("tp", [2, 4, 8])
def test_shards_add_up_to_the_whole_plus_what_is_replicated(catalogs: Catalogs, tp: int) -> None:
    for model in catalogs.models.all():
        if split_problem(model, Split(tp=tp)):
            continue
        for matrix in matrices(model):
            rows, cols, experts = rank_shape(matrix, Split(tp=tp))
            part = rows * cols * experts * matrix.copies
            if matrix.shard == "replicated":
                assert part == matrix.rows * matrix.cols * matrix.copies
            elif matrix.shard == "kv" and matrix.kv_heads < tp:
                assert part * tp == matrix.rows * matrix.cols * matrix.copies * tp // matrix.kv_heads
            elif matrix.shard == "vocab":
                assert 0 <= part * tp - matrix.rows * matrix.cols * matrix.copies < 64 * 8 * matrix.cols
            else:
                assert part * tp >= matrix.rows * matrix.cols * matrix.experts * matrix.copies


@settings(max_examples=60, deadline=None)
@given(tokens=st.integers(1, 200_000), more=st.integers(0, 50_000), name=st.sampled_from(
    ["google/gemma-3-27b-it", "openai/gpt-oss-120b", "Qwen/Qwen3.5-27B", "deepseek-ai/DeepSeek-V3.2", SEVENTY,
     "deepseek-ai/DeepSeek-V4-Flash", "meta-llama/Llama-4-Scout-17B-16E-Instruct"]))  # fmt: skip
def test_cache_grows_with_context(catalogs: Catalogs, tokens: int, more: int, name: str) -> None:
    d = designs(catalogs, name, "H200")
    small, large = (cache_bytes(d, np.array(float(n))) for n in (tokens, tokens + more))
    assert (large >= small).all()


def test_cache_grows_with_layers(catalogs: Catalogs) -> None:
    model = catalogs.models.find(SEVENTY).model
    group = model.layers[0]
    deeper = model.model_copy(update={"layers": (group.model_copy(update={"count": group.count + 8}),)})
    d = designs(catalogs, SEVENTY, "H100")
    more = cache_bytes(replace(d, model=deeper), np.array(4096.0))
    assert (more > cache_bytes(d, np.array(4096.0)) * 1.05).all()


def test_windows_bound_the_cache(catalogs: Catalogs) -> None:
    d = only(designs(catalogs, "google/gemma-3-27b-it", "H100"), 1)
    slope = cache_bytes(d, np.array(65536.0)) - cache_bytes(d, np.array(32768.0))
    assert slope[0] == pytest.approx(32768 * 10 * 2 * 16 * 128 * 2)


@pytest.mark.parametrize(
    ("gpu", "model"), [("H100", SEVENTY), ("H200", "deepseek-ai/DeepSeek-V3"), ("B200", "openai/gpt-oss-120b")]
)
def test_doubling_tp_slows_a_step_only_by_communication(catalogs: Catalogs, gpu: str, model: str) -> None:
    d = designs(catalogs, model, gpu, catalogs.models.find(model).model.native.format)
    batch = np.array([[1.0, 8.0, 64.0, 256.0]])
    for tp in (1, 2, 4):
        small, large = only(d, tp), only(d, tp * 2)
        if not len(small) or not len(large):
            continue
        a, b = (StepModel.of(x, SHIPPED).step(Load(batch, 2000.0)) for x in (small, large))
        grown = b.terms["collectives"].seconds - a.terms["collectives"].seconds
        assert (b.total_s - a.total_s <= grown + 1e-9).all()


def test_more_bandwidth_or_compute_is_never_slower(catalogs: Catalogs) -> None:
    base = only(designs(catalogs, SEVENTY, "H100", "fp8"), 4)
    gpu = base.gpus[0]
    load = Load(np.array([[1.0, 16.0, 256.0]]), 3000.0, 512.0, 3000.0)
    slow = StepModel.of(base, SHIPPED).step(load).total_s
    for change in ({"mem_bw_gb_s": gpu.mem_bw_gb_s * 2}, {"link_bw_gb_s_per_gpu_bidirectional": 1800.0}):
        fast = StepModel.of(replace(base, gpus=(gpu.model_copy(update=change),)), SHIPPED).step(load).total_s
        assert (fast <= slow + 1e-12).all()


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


@settings(max_examples=40, deadline=None)
@given(rate=st.floats(0.01, 5.0), factor=st.floats(1.0, 3.0), isl=st.floats(1, 20_000), osl=st.floats(1, 4_000))
def test_latency_never_falls_when_load_rises(
    catalogs: Catalogs, rate: float, factor: float, isl: float, osl: float
) -> None:
    d = designs(catalogs, SEVENTY, "H200", "fp8")
    c = curves(d, Demand.simple(isl, osl), SHIPPED)
    slots = np.full(len(d), 200.0)
    low = latency(c, np.full(len(d), rate), slots)
    high = latency(c, np.full(len(d), rate * factor), slots)
    for metric in ("ttft", "tpot", "e2e"):
        before, after = low.value(metric, "mean"), high.value(metric, "mean")
        assert (after >= before * (1 - 1e-6)).all() or np.isinf(after).any()


def test_saturation_is_infinite_not_large(catalogs: Catalogs) -> None:
    d = only(designs(catalogs, SEVENTY, "H100", "fp8"), 4)
    c = curves(d, Demand.simple(1000.0, 200.0), SHIPPED)
    figures = latency(c, np.array([1e4]), np.array([256.0]))
    assert np.isinf(figures.value("ttft", "p50")).all()
    assert (figures.utilization > 1).all()


def test_fp8_blocks_bite_on_narrow_shards(catalogs: Catalogs) -> None:
    model: Model = catalogs.models.find("Qwen/Qwen3-30B-A3B").model
    assert format_problem(model, find_format("fp8_block"), Split(tp=8)) is not None
    assert format_problem(model, find_format("fp8_block"), Split(tp=2)) is None


def test_splits_are_legal_and_bounded(catalogs: Catalogs) -> None:
    for model in catalogs.models.all():
        for split in splits(model, find_engine("vllm"), max_gpus=8):
            assert split.tp * split.pp * split.dp <= 8
            assert split_problem(model, split) is None


def test_totals_do_not_depend_on_the_format(catalogs: Catalogs) -> None:
    model = catalogs.models.find(SEVENTY).model
    raw = total_params(model) * 2
    assert weights_bytes(model, find_format("bf16"), Split()) == pytest.approx(raw, rel=0.02)


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
