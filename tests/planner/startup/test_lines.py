"""The lines of a start, and that a reader of logs finds the figures of the estimate in them."""

from __future__ import annotations

import pytest

from planner import Planner
from planner.answers import StartLog
from planner.load.demand import Demand
from planner.logs.read import read_log
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.lengths import CHAT_INPUT, CHAT_OUTPUT
from planner.startup.lines import start_log
from planner.traffic.lengths import shape_of

CHAT = Demand(shape_of(CHAT_INPUT), shape_of(CHAT_OUTPUT))
STARTS = [
    ("meta-llama/Llama-3.1-8B", "H100", "vllm", 1, {"engine_version": "0.5"}),
    ("meta-llama/Llama-3.1-8B", "H100", "vllm", 1, {"engine_version": "0.7.3"}),
    ("meta-llama/Llama-3.1-8B", "H100", "vllm", 2, {"engine_version": "0.8.5"}),
    ("meta-llama/Llama-3.1-8B", "H100", "vllm", 1, {"engine_version": "0.11", "eager": True}),
    ("Qwen/Qwen3-Next-80B-A3B-Instruct", "H200", "vllm", 2, {"engine_version": "0.23", "max_model_len": 65536}),
    ("openai/gpt-oss-20b", "H100", "vllm", 1, {}),
    ("Qwen/Qwen2.5-72B", "H100", "sglang", 4, {}),
    ("Qwen/Qwen3-Next-80B-A3B-Instruct", "H200", "sglang", 2, {}),
    ("openai/gpt-oss-20b", "H100", "sglang", 1, {}),
    ("deepseek-ai/DeepSeek-V2-Lite", "H100", "sglang", 1, {}),
    ("meta-llama/Llama-3.1-8B", "H100", "tensorrt-llm", 1, {}),
    ("meta-llama/Llama-3.1-8B", "RTX 4090", "llama.cpp", 1, {"ctx_size": 16384}),
    ("google/gemma-3-27b-it", "RTX 3090", "llama.cpp", 1, {"ctx_size": 8192, "engine_version": "b6325"}),
]


def log_of(planner: Planner, model: str, gpu: str, engine: str, tp: int, settings: dict[str, object]) -> StartLog:
    weights = "gguf_q4_k_m" if engine == "llama.cpp" else None
    stated = EngineSettings.model_validate(settings)
    named = Deployment(
        model, gpu, weights, engine=engine, split=Split(tp=tp), settings=stated, concurrency=1.0
    )  # fmt: skip
    found = planner.estimate(named, CHAT).log
    assert found is not None
    return found


@pytest.mark.parametrize(("model", "gpu", "engine", "tp", "settings"), STARTS)
def test_a_reader_finds_the_figures_in_the_lines(
    model: str, gpu: str, engine: str, tp: int, settings: dict[str, object], planner: Planner
) -> None:
    log = log_of(planner, model, gpu, engine, tp, settings)
    found = read_log("\n".join(log.lines))
    assert found.engine == engine
    for name, value in found.figures.stated.items():
        if name != "available_gib":
            assert value == pytest.approx(log.figures.get(name, 0.0), rel=1e-4, abs=0.03), name


def test_the_memory_of_the_answer_is_that_of_its_log(planner: Planner) -> None:
    named = Deployment("Qwen/Qwen3-8B", "L40S", concurrency=1.0, settings=EngineSettings(engine_version="0.11"))
    answer = planner.estimate(named, CHAT)
    assert answer.status == "ok"
    assert answer.log is not None
    parts = {part.name: part.gib for part in answer.memory.parts}
    figures = answer.log.figures
    assert figures["weights_gib"] == pytest.approx(parts["weights"])
    assert figures["kv_pool_gib"] == pytest.approx(parts["kv_cache"])
    assert figures["activation_gib"] == pytest.approx(parts["activation"])
    assert figures["kv_tokens"] == pytest.approx(answer.memory.kv_tokens_per_replica, rel=0.001)


def test_what_does_not_start_says_where_it_ends(planner: Planner) -> None:
    log = log_of(planner, "meta-llama/Llama-3.1-70B", "H100", "vllm", 1, {})
    assert log.lines == ["torch.OutOfMemoryError: CUDA out of memory."]
    log = log_of(planner, "meta-llama/Llama-3.1-8B", "L4", "vllm", 1, {"engine_version": "0.11"})
    assert "larger than the available KV cache memory" in log.lines[-1]
    assert not any("Graph capturing" in line for line in log.lines)


def test_engines_of_unknown_wording_have_no_log(planner: Planner, coefficients: Coefficients) -> None:
    design, _ = one_design(Deployment("Qwen/Qwen3-8B", "H100", engine="tgi"), planner.catalogs)
    assert start_log(design, coefficients, sequences=64.0) is None


def test_defaults_that_were_taken_are_said(planner: Planner) -> None:
    assert any("--max-num-seqs" in text for text in log_of(planner, "Qwen/Qwen3-8B", "H100", "vllm", 1, {}).assumptions)
    stated = {"max_num_seqs": 256, "engine_version": "0.23"}
    assumed = log_of(planner, "Qwen/Qwen3-8B", "H100", "vllm", 1, stated).assumptions
    assert not any("--max-num-seqs" in text or "--engine-version" in text for text in assumed)
