"""What engines do differently from each other with the same model on the same GPU."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models_db.formats import find_format, find_kv_format
from planner.calibration.descent import descend, soften, softened_slope
from planner.catalogs import Catalogs
from planner.evidence.llamacpp import read_point as read_speed
from planner.evidence.points import read_point
from planner.evidence.predict import predict
from planner.evidence.serving import predict_rows
from planner.formulas.types import Array
from planner.load.curves import claimed_tokens, slots_of
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import find_engine
from planner.physics.factor_keys import typed, width
from planner.physics.factors import where
from planner.physics.kv_cache import cache_bytes
from planner.physics.layers import mixer_of
from planner.physics.rates import rates
from planner.physics.step import Load, StepModel
from planner.simulation.replica import Jobs, SimulatedReplica
from planner.simulation.replicas import Setup, simulate
from planner.simulation.simulated import clock_of

SHIPPED = Coefficients.shipped()

EIGHT = "meta-llama/Llama-3.1-8B-Instruct"
MISTRAL = "mistralai/Mistral-7B-v0.1"
ROW = {
    "source": "ai-dynamo/aiconfigurator silicon_sample.csv", "model": "meta-llama/Llama-3.1-70B", "weights": "fp8",
    "gpu": "B200", "gpus": "2", "tp": "2", "engine": "TensorRT-LLM", "load": "closed_loop", "isl": "1024",
    "osl": "1024", "concurrency": "16", "note": "source_file=2026-04-06.csv; measured=2025-10-29T00:00:00.000Z",
}  # fmt: skip


def one(catalogs: Catalogs, engine: str, model: str = EIGHT, gpu: str = "H100", fmt: str = "bf16") -> Designs:
    d = enumerate_designs(
        catalogs.models.find(model).model,
        [catalogs.hardware.accelerator(gpu)],
        [find_format(fmt)],
        [find_kv_format("fp16")],
        [find_engine(engine)],
    )
    return d.take((d.tp == 1) & (d.pp == 1) & (d.dp == 1))


def test_an_engine_that_reserves_the_output_runs_fewer_at_once(catalogs: Catalogs) -> None:
    demand = Demand.simple(1000, 4000)
    pool, free = np.array([[20e9]]), np.array([[1e9]])
    held = {
        name: float(slots_of(one(catalogs, name), pool, demand, free)[0, 0])
        for name in ("vllm", "sglang", "tensorrt-llm")
    }
    assert held["vllm"] == pytest.approx(held["sglang"], rel=0.01)
    assert held["tensorrt-llm"] < 0.7 * held["vllm"]
    claim = {name: float(claimed_tokens(one(catalogs, name), demand)[0]) for name in ("vllm", "tensorrt-llm")}
    assert claim["tensorrt-llm"] - 1000 == pytest.approx(2 * (claim["vllm"] - 1000), abs=2)


def test_latent_prompts_cost_more_in_the_latent_space(catalogs: Catalogs) -> None:
    """Scores over 576 and sums over 512 elements a head instead of 192 and 128 in DeepSeek-V2-Lite."""
    load = Load(np.zeros((1, 1)), np.zeros((1, 1)), np.array([[4096.0]]), np.array([[4096.0]]))
    flop = {}
    for engine in ("vllm", "llama.cpp"):
        model = StepModel.of(one(catalogs, engine, "deepseek-ai/DeepSeek-V2-Lite"), SHIPPED)
        prompts = model.work(load)["attention prefill"].compute_s * model.rates.wide_flop_per_s
        flop[engine] = float(prompts[0, 0])
    assert flop["llama.cpp"] / flop["vllm"] == pytest.approx((576 + 512) / (192 + 128))


def test_instructions_of_one_warp_do_not_reach_the_peak_of_hopper(catalogs: Catalogs) -> None:
    def narrow(gpu: str, fmt: str) -> float:
        found = rates(one(catalogs, "llama.cpp", gpu=gpu, fmt=fmt), SHIPPED)
        return float(found.quantized_flop_per_s[0, 0] / found.wide_flop_per_s[0, 0])

    assert narrow("H100", "gguf_q4_k_m") == pytest.approx(0.63 * narrow("A100", "gguf_q4_k_m"))
    assert narrow("H100", "fp16") == narrow("A100", "fp16")


@pytest.mark.parametrize("engine", ["vllm", "tensorrt-llm"])
def test_a_tight_cache_preempts_only_where_nothing_is_reserved(catalogs: Catalogs, engine: str) -> None:
    clock = clock_of(one(catalogs, engine), Demand.simple(200, 2000), SHIPPED, max_sequences=64)
    tight = replace(clock, pool_tokens=20_000.0)
    jobs = Jobs([0.0] * 64, [200] * 64, [2000] * 64, [])
    outcome = simulate(tight, jobs, Setup(1))
    assert outcome.served == 64
    assert (outcome.preempted > 0) == (engine == "vllm")


def test_what_is_reserved_is_given_back(catalogs: Catalogs) -> None:
    clock = clock_of(one(catalogs, "tensorrt-llm"), Demand.simple(300, 50), SHIPPED, max_sequences=8)
    jobs = Jobs([0.01 * i for i in range(40)], [300] * 40, [1 + i for i in range(40)], [])
    replica = SimulatedReplica(clock, jobs)
    for job, at in enumerate(jobs.arrival_s):
        replica.advance(at)
        replica.submit(job, at)
    replica.advance(1e6)
    assert replica.idle
    assert replica.used == pytest.approx(0.0, abs=1e-6)
    assert not np.isnan(jobs.finish_s).any()


def test_matrix_vector_kernels_have_no_tiles(catalogs: Catalogs) -> None:
    """On a GPU with little arithmetic, single sequences of llama.cpp are bound by the memory alone."""

    def compute_s(batch: float) -> float:
        model = StepModel.of(one(catalogs, "llama.cpp", gpu="M4 Pro", fmt="Q4_K_M"), SHIPPED)
        return float(model.work(Load(np.array([[batch]]), 100.0))["linear"].compute_s[0, 0])

    assert compute_s(8.0) == pytest.approx(8.0 * compute_s(1.0))
    assert compute_s(9.0) > 2.0 * compute_s(8.0)


def test_sums_in_16_bit_run_at_half_the_8_bit_rate(catalogs: Catalogs) -> None:
    """GeForce cards state half the rate of their professional siblings for sums in 32 bit."""

    def wide(engine: str, gpu: str) -> float:
        return float(rates(one(catalogs, engine, gpu=gpu), SHIPPED).wide_flop_per_s[0, 0])

    assert wide("llama.cpp", "RTX 4090") == pytest.approx(2.0 * wide("vllm", "RTX 4090"), rel=0.01)
    assert wide("llama.cpp", "A100") == pytest.approx(wide("vllm", "A100"))


def test_a_window_on_every_layer_is_not_applied_by_tensorrt_llm(catalogs: Catalogs) -> None:
    long = np.array([20_000.0])
    whole, windowed = (cache_bytes(one(catalogs, name, MISTRAL), long)[0] for name in ("tensorrt-llm", "vllm"))
    assert whole > 4.0 * windowed
    # Layers with and without a window are told apart by every engine.
    mixed = {cache_bytes(one(catalogs, name, "openai/gpt-oss-20b"), long)[0] for name in ("tensorrt-llm", "vllm")}
    assert max(mixed) < 1.1 * min(mixed)
    term = "attention decode"
    bytes_s = [
        float(
            StepModel.of(one(catalogs, name, MISTRAL), SHIPPED)
            .work(Load(np.ones((1, 1)), 20_000.0))[term]
            .memory_s[0, 0]
        )
        for name in ("tensorrt-llm", "vllm")
    ]
    assert bytes_s[0] > 4.0 * bytes_s[1]


@pytest.mark.parametrize(
    ("model", "kind"),
    [(EIGHT, "attention"), ("openai/gpt-oss-20b", "attention"), ("deepseek-ai/DeepSeek-R1", "latent"),
     ("Qwen/Qwen3.5-27B", "linear"), ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "linear")],
)  # fmt: skip
def test_kinds_of_mixers(catalogs: Catalogs, model: str, kind: str) -> None:
    assert mixer_of(catalogs.models.find(model).model) == kind


def test_tokens_sent_in_groups_delay_the_first(catalogs: Catalogs) -> None:
    points = [read_point(ROW | cells, catalogs) for cells in ({}, {"osl": "8192"}, {"tp": "8"}, {"engine": "vLLM"})]
    assert [p.grouped for p in points] == [20.0, 1.0, 1.0, 1.0]
    assert read_point(ROW | {"osl": "8192", "note": "stream_interval=4"}, catalogs).grouped == 4.0
    late, soon = (predict([replace(points[0], grouped=tokens)], SHIPPED) for tokens in (20.0, 1.0))
    assert late.ttft_s[0] - soon.ttft_s[0] == pytest.approx(19.0 * soon.tpot_s[0])


def test_clients_out_of_step(catalogs: Catalogs) -> None:
    grid = ROW | {"note": "source_file=meta-llama_Llama-3.1-8B-Instruct.csv; silicon_concurrency=64"}
    assert read_point(grid, catalogs).fixed_lengths
    assert not read_point(grid | {"isl": "2000", "osl": "500", "gpu": "H200 SXM"}, catalogs).fixed_lengths
    assert read_point(grid | {"isl": "2000", "osl": "500", "gpu": "GB200"}, catalogs).fixed_lengths


@pytest.mark.parametrize(
    ("cells", "steps"),
    [
        ({"concurrency": "8"}, 5.0),
        ({"concurrency": "0.5"}, 5.0),
        ({"concurrency": "16"}, 15.0),
        ({"gpu": "H200 SXM"}, 0.0),
        ({"engine": "vLLM"}, 0.0),
    ],
)
def test_a_scheduler_that_looks_for_requests_now_and_then_lets_them_wait(
    catalogs: Catalogs, cells: dict[str, str], steps: float
) -> None:
    point = read_point(ROW | {"engine": "SGLang"} | cells, catalogs)
    assert point.polled == steps
    late, soon = predict([point], SHIPPED), predict([replace(point, polled=0.0)], SHIPPED)
    assert late.ttft_s[0] - soon.ttft_s[0] == pytest.approx(steps * soon.tpot_s[0], rel=0.25, abs=1e-9)


def test_a_scheduler_that_runs_once_for_several_steps_spreads_first_tokens(catalogs: Catalogs) -> None:
    row = ROW | {
        "source": "mlcommons/inference_results_v5.1", "model": "meta-llama/Llama-2-70b-chat-hf", "gpu": "MI300X",
        "gpus": "8", "tp": "1", "engine": "vLLM (ROCm)", "load": "server", "isl": "", "osl": "294", "concurrency": "",
    }  # fmt: skip
    notes = ("MLPerf v5.1 closed/datacenter llama2-70b-99 Server", "MLPerf v5.1 open/datacenter llama2-70b-99 Server")
    late, soon = predict_rows([row | {"note": note} for note in notes], catalogs, SHIPPED)
    mean, step = (float(late[f"pred_{name}_ms_mean"]) for name in ("ttft", "tpot"))
    assert mean == pytest.approx(float(soon["pred_ttft_ms_mean"]) + 4.5 * step, rel=0.1)
    assert float(late["pred_ttft_ms_p99"]) > mean + 4.0 * step
    assert float(late["pred_tpot_ms_mean"]) == pytest.approx(float(soon["pred_tpot_ms_mean"]), rel=0.1)


def test_a_context_in_common_is_read_and_held_once(catalogs: Catalogs) -> None:
    row = ROW | {"engine": "vLLM", "isl": "100000", "osl": "", "concurrency": "256"}
    shared = read_point(row | {"note": "30 s window; prefix-cached context"}, catalogs)
    assert (shared.common, shared.decode_only) == (shared.isl, True)
    held, few = replace(shared, common=0.0), replace(shared, concurrency=4.0)
    assert predict([shared], SHIPPED).output_tok_s[0] > 2.0 * predict([held], SHIPPED).output_tok_s[0]
    assert predict([few], SHIPPED).tpot_s[0] < predict([replace(few, common=0.0)], SHIPPED).tpot_s[0]
    work = [
        StepModel.of(one(catalogs, "vllm"), SHIPPED).work(Load(32.0, 4096.0, shared=share)) for share in (0.0, 0.5, 1.0)
    ]
    alone = StepModel.of(one(catalogs, "vllm"), SHIPPED).work(Load(1.0, 4096.0))
    read = [float(np.ravel(w["attention decode"].memory_s)[0]) for w in (alone, *work)]
    assert read[3] == pytest.approx(read[0])
    assert read[2] == pytest.approx((read[1] + read[3]) / 2.0)
    assert read[1] == pytest.approx(32.0 * read[0])


@pytest.mark.parametrize(
    ("cells", "isl", "rounds"),
    [
        ({"isl": "", "osl": "50", "model": "Qwen/Qwen2.5-7B-Instruct", "source": ""}, 50.0, 10.0),
        ({"source": "", "note": "closed loop at fixed concurrency for 30 min"}, 1024.0, 1e6),
        ({"source": "", "note": "closed loop, 160 requests"}, 1024.0, 10.0),
        ({"source": "", "note": "requests started together"}, 1024.0, 1.0),
    ],
)
def test_how_clients_went_about_it(catalogs: Catalogs, cells: dict[str, str], isl: float, rounds: float) -> None:
    point = read_point(ROW | cells, catalogs)
    assert (point.isl, point.rounds) == (isl, rounds)


@pytest.mark.parametrize(
    ("engine", "gpu", "fmt", "experts", "dense"),
    [
        ("vllm", "H100", "mxfp4", "dequant fp4 experts", "dequant"),
        ("vllm", "H100", "gptq_int4_g128", "dequant experts", "dequant"),
        ("llama.cpp", "RTX 4090", "mxfp4", "dequant gguf experts", "dequant"),
        ("vllm", "H100", "fp8", "fp8 experts", "fp8"),
        ("vllm", "H100", "bf16", "wide experts", "wide"),
    ],
)
def test_kernels_that_widen_differ(
    catalogs: Catalogs, engine: str, gpu: str, fmt: str, experts: str, dense: str
) -> None:
    place = where(one(catalogs, engine, "openai/gpt-oss-20b", gpu, fmt), 0, 0, 0)
    assert (typed("experts", place.compute), typed("linear", place.compute)) == (experts, dense)


@pytest.mark.parametrize(
    ("build", "comment", "flash", "era"),
    [
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-hip hipblaslt; file 1 B", "0.0", "llama.cpp-2025-hip"),
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-hip; file 1 B", "1.0", "llama.cpp-2025-rocblas-flash"),
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-rocwmma hipblaslt", "1.0", "llama.cpp-2025-hip-wmma"),
        ("a4575513 (5863)", "llama-bench; llama.cpp-rocwmma hipblaslt", "1.0", "llama.cpp-2025-hip-flash"),
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-vulkan_radv", "1.0", "llama.cpp-2025-vulkan"),
        ("1a68ec937 (9193)", "llama-bench; env=vulkan_amdvlk; backend=Vulkan", "1.0", "llama.cpp-amdvlk"),
        ("1a68ec937 (9193)", "llama-bench; env=rocm6_4_4; backend=ROCm", "1.0", "llama.cpp"),
        ("", "", "", "llama.cpp"),
    ],
)
def test_back_ends_of_amd(catalogs: Catalogs, build: str, comment: str, flash: str, era: str) -> None:
    row = {
        "gpu": "Strix Halo", "model": "Llama-3-8B", "quant": "Q4_K_M", "test": "pp512", "build": build,
        "comment": comment, "flash_attn": flash,
    }  # fmt: skip
    assert read_speed(row, catalogs).engine.era == era


def test_an_era_takes_the_prior_of_the_longest_name_it_goes_on_from() -> None:
    assert width(("engine", "llama.cpp-2025-hip-flash", "fixed")) == width(("engine", "llama.cpp", "fixed"))
    assert width(("engine", "vllm-0.16", "fixed")) == width(("engine", "a new engine", "fixed"))
    assert width(("place", "vllm-v0-mlperf @ hopper", "fixed")) > width(("place", "vllm-v0 @ hopper", "fixed")) > 0


def test_the_loss_narrows_without_changing_for_small_errors() -> None:
    errors = np.linspace(-2.0, 2.0, 41)
    for soft in (1.0, 0.25):
        slope = (soften(errors + 1e-6, soft) - soften(errors - 1e-6, soft)) / 2e-6
        np.testing.assert_allclose(np.abs(slope), softened_slope(errors, soft), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(soften(np.array([1e-3]), 1.0) * 4.0, soften(np.array([1e-3]), 0.25), rtol=1e-4)


def test_descent_stays_within_its_bounds() -> None:
    target = np.array([3.0, -0.2])

    def loss(x: Array) -> float:
        return float(np.sum((x - target) ** 2))

    found = descend(
        np.zeros(2), loss, lambda x: (np.eye(2), x - target), (np.full(2, -1.0), np.full(2, 1.0)), rounds=20
    )
    np.testing.assert_allclose(found, [1.0, -0.2], atol=1e-3)


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
        StepModel.of(one(catalogs, "vllm", model, "B200"), SHIPPED).work(Load(np.array([[1.0]]), 100.0))["experts"]
        for model in ("openai/gpt-oss-120b", "Qwen/Qwen3-30B-A3B")
    )
    a_layer = [float(np.ravel(work.fixed_s)[0]) / layers for work, layers in ((few, 36), (many, 48))]
    assert 1.5 < a_layer[1] / a_layer[0] < 2.0
