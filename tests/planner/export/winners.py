"""Thirty questions, and the winners of their plans: what people ask of every kind of model, engine, GPU and cut.

Each is pinned by its GPU, its engine and what it asks for, so that the kind in its name wins; a test says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from planner.answers import Plan
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.request.reading import parse_request
from planner.request.request import Request

EIGHT, SEVENTY = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"
MOE, MLA, HYBRID = "Qwen/Qwen3-30B-A3B", "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3-Next-80B-A3B-Instruct"


@dataclass(frozen=True)
class PlanQuestion:
    """A request: requests a second, limits of TTFT and TPOT at the 95th percentile [s], and what may be chosen."""

    model: str
    gpu: str
    rate: float = 2.0
    ttft_s: float = 2.0
    tpot_s: float = 0.06
    engine: str = "vllm"
    scope: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> Request:
        return parse_request({
            "model": self.model, "traffic": {"rate_per_s": self.rate},
            "input_tokens": {"mean": 1155}, "output_tokens": {"mean": 211},
            "sla": {"ttft_p95_s": self.ttft_s, "tpot_p95_s": self.tpot_s},
            "scope": {"gpus": [self.gpu], "engines": [self.engine], **self.scope}, "engine": self.settings,
        })  # fmt: skip


def of_formats(*names: str) -> dict[str, Any]:
    return {"formats": list(names)}


ALONE = {"max_gpus_per_replica": 1}
ASKED = {
    "dense": PlanQuestion(EIGHT, "L40S", 8),
    "dense, fp8 and its cache": PlanQuestion(EIGHT, "H100 SXM", 20, scope={**of_formats("fp8"), "kv_formats": ["fp8"]}),
    "dense, chosen format": PlanQuestion(SEVENTY, "H100 SXM", 4),
    "dense, tp": PlanQuestion(SEVENTY, "H100 SXM", 1, 0.4, 0.012),
    "dense, tp, ampere": PlanQuestion(SEVENTY, "A100 SXM 80GB", 4),
    "dense, several replicas": PlanQuestion(SEVENTY, "L40S", 1, 5, 0.12),
    "dense, pp": PlanQuestion(SEVENTY, "RTX 4090", 0.3, 8, 0.2),
    "dense, nvfp4": PlanQuestion(SEVENTY, "B200", 4, scope=of_formats("nvfp4")),
    "dense, tp, largest": PlanQuestion("meta-llama/Llama-3.1-405B-Instruct", "H100 SXM", 0.5, 8, 0.1),
    "dense, quantized checkpoint": PlanQuestion("Qwen/Qwen2.5-7B-Instruct-AWQ", "RTX 4090"),
    "experts": PlanQuestion(MOE, "H100 SXM", 8),
    "experts, dp ep": PlanQuestion("Qwen/Qwen3-235B-A22B", "H100 SXM", 20, 4, 0.08),
    "experts, mxfp4": PlanQuestion("openai/gpt-oss-120b", "H100 SXM", 8),
    "latent, tp": PlanQuestion(MLA, "H200 SXM", 4),
    "latent, dp ep": PlanQuestion(MLA, "H200 SXM", 60, 5, 0.12),
    "latent, tp pp over machines": PlanQuestion(MLA, "H100 SXM", 4, 5, 0.1),
    "latent, tp dp ep, mtp": PlanQuestion(MLA, "H200 SXM", 4, 2, 0.04, scope={"speculative": True}),
    "hybrid": PlanQuestion(HYBRID, "H200 SXM", 4),
    "hybrid, windows": PlanQuestion("google/gemma-3-27b-it", "H100 SXM", 4),
    "amd, pp": PlanQuestion(SEVENTY, "MI300X", 4),
    "amd, experts": PlanQuestion(MOE, "MI300X", 20),
    "eagle": PlanQuestion(EIGHT, "H100 SXM", 8, settings={"speculation": "eagle:3"}),
    "sglang": PlanQuestion(SEVENTY, "H200 SXM", 4, engine="sglang"),
    "sglang, latent, dp ep": PlanQuestion(MLA, "H200 SXM", 10, 5, 0.1, engine="sglang"),
    "trtllm": PlanQuestion(EIGHT, "H100 SXM", 20, engine="tensorrt-llm"),
    "trtllm on blackwell": PlanQuestion(SEVENTY, "B200", 4, engine="tensorrt-llm"),
    "llama.cpp": PlanQuestion(EIGHT, "RTX 4090", 0.3, 5, 0.1, "llama.cpp", of_formats("gguf_q4_k_m")),
    "llama.cpp, pp": PlanQuestion(SEVENTY, "RTX 4090", 0.05, 20, 0.2, "llama.cpp", of_formats("gguf_q4_k_m")),
    "llama.cpp, experts": PlanQuestion("openai/gpt-oss-20b", "RTX 5090", 0.3, 5, 0.1, "llama.cpp", ALONE),
    "llama.cpp, windows": PlanQuestion("google/gemma-3-27b-it", "RTX 5090", 0.2, 8, 0.2, "llama.cpp", ALONE),
}
# Those that every run of the tests looks at; the others with GPUPLAN_TORTURE=1.
FEW = (
    "dense, fp8 and its cache", "dense, tp", "dense, pp", "experts, dp ep", "latent, tp pp over machines",
    "latent, tp dp ep, mtp", "hybrid", "amd, pp", "eagle", "sglang, latent, dp ep", "trtllm", "llama.cpp, experts",
)  # fmt: skip


def winners(context: Context) -> Any:
    """The plan of a question by its name, each made once; by the closed form: a simulation moves no memory."""

    @cache
    def planned(name: str) -> Plan:
        answer = explore(ASKED[name].request, context).answer
        assert isinstance(answer, Plan), (name, answer)
        return answer

    return planned
