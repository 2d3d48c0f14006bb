"""Deployments of every kind that targets must start, by name: dense, experts, latent attention, hybrid; every cut;
drafting; two makers of GPUs; every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from planner.catalogs import Catalogs
from planner.deployment.started import launched
from planner.export.derive import Choices
from planner.export.launch import Launch
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.request.speculation import parse_speculation

EIGHT, SEVENTY = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"
MOE, MLA, HYBRID = "Qwen/Qwen3-30B-A3B", "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3-Next-80B-A3B-Instruct"


@dataclass(frozen=True)
class Question:
    model: str
    gpu: str
    split: Split = field(default_factory=Split)
    engine: str = "vllm"
    weights: str | None = None
    kv: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    drafts: str | None = None

    @property
    def deployment(self) -> Deployment:
        drafting = {} if self.drafts is None else {"speculation": parse_speculation(self.drafts)}
        return Deployment(
            model=self.model, gpu=self.gpu, split=self.split, engine=self.engine, weights=self.weights, kv=self.kv,
            settings=EngineSettings(**self.settings, **drafting),
        )  # fmt: skip


QUESTIONS = {
    "dense": Question(EIGHT, "L40S"),
    "dense, fp8 on load": Question(EIGHT, "H100 SXM", weights="fp8", kv="fp8"),
    "dense, awq made": Question(SEVENTY, "H100 SXM", weights="awq_int4_g128"),
    "dense, int8 made": Question(SEVENTY, "A100 SXM 80GB", Split(2), weights="int8"),
    "dense, nvfp4 made": Question(SEVENTY, "B200", weights="nvfp4", kv="fp8"),
    "dense, tp": Question(SEVENTY, "H100 SXM", Split(4)),
    "dense, pp": Question(SEVENTY, "L40S", Split(2, 4)),
    "dense, two machines": Question("meta-llama/Llama-3.1-405B-Instruct", "H100 SXM", Split(8, 2)),
    "checkpoint in a format": Question("RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8", "L40S"),
    "checkpoint in awq": Question("Qwen/Qwen2.5-7B-Instruct-AWQ", "RTX 4090"),
    "eager, short": Question(EIGHT, "L4", settings={"eager": True, "max_model_len": 8192, "max_num_seqs": 16}),
    "small share": Question(EIGHT, "H200 SXM", settings={"memory_fraction": 0.5, "max_num_batched_tokens": 4096}),
    "experts": Question(MOE, "H100 SXM"),
    "experts, ep": Question(MOE, "H100 SXM", Split(4, 1, 4)),
    "experts, dp": Question(MOE, "H100 SXM", Split(1, 1, 4, 4), settings={"max_num_seqs": 512}),
    "experts, native mxfp4": Question("openai/gpt-oss-120b", "H100 SXM"),
    "latent, tp ep": Question(MLA, "H200 SXM", Split(8, 1, 8)),
    "latent, dp": Question(MLA, "H200 SXM", Split(1, 1, 8, 8), settings={"max_num_seqs": 1024}),
    "latent, dp over machines": Question(MLA, "H100 SXM", Split(2, 1, 16, 8), settings={"max_num_seqs": 512}),
    "latent, mtp": Question(MLA, "H200 SXM", Split(8, 1, 8), drafts="mtp:2"),
    "hybrid": Question(HYBRID, "H200 SXM", Split(2)),
    "windows": Question("google/gemma-3-27b-it", "H100 SXM", Split(2)),
    "eagle": Question(EIGHT, "H100 SXM", drafts="eagle:3"),
    "draft model": Question(SEVENTY, "H200 SXM", Split(2), drafts="draft:meta-llama/Llama-3.2-1B-Instruct:4"),
    "amd": Question(SEVENTY, "MI300X"),
    "sglang": Question(SEVENTY, "H200 SXM", Split(2), engine="sglang"),
    "sglang, dp": Question(MLA, "H200 SXM", Split(2, 1, 8, 4), engine="sglang", settings={"max_num_seqs": 256}),
    "sglang, mtp, two machines": Question(MLA, "H100 SXM", Split(16, 1, 16), engine="sglang", drafts="mtp:3"),
    "trtllm": Question(EIGHT, "H100 SXM", Split(2), engine="tensorrt-llm", weights="fp8", kv="fp8", drafts="eagle:3"),
    "llama.cpp": Question(EIGHT, "RTX 4090", Split(1, 2), engine="llama.cpp", weights="gguf_q4_k_m"),
    "llama.cpp, from a hub": Question("ggml-org/gpt-oss-20b-GGUF", "RTX 5090", engine="llama.cpp"),
    "tgi": Question(EIGHT, "L40S", engine="tgi"),
}
# Those that the tests look at beside the winners of `winners.py`; the others with GPUPLAN_TORTURE=1.
FEW = (
    "dense, awq made", "dense, two machines", "latent, dp over machines", "draft model", "tgi",
)  # fmt: skip


def launch(name: str, catalogs: Catalogs, coefficients: Coefficients, choices: Choices | None = None) -> Launch:
    """The record of a question."""
    found = launched(QUESTIONS[name].deployment, catalogs, coefficients, choices)
    assert isinstance(found, Launch), (name, found)
    return found
