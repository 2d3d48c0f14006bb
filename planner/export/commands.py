"""The command that starts a replica as it was planned."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from models_db.formats import find_format
from planner.answers import Cluster
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.memory import MemorySettings
from planner.words import counted

STORED = ("bf16", "fp16", "fp32")
# What vLLM quantizes itself while it loads a 16-bit checkpoint.
ON_LOAD = {"fp8": "fp8"}
KV_TYPES = {"fp8": "fp8", "fp8_e5m2": "fp8_e5m2"}


def deploy_command(c: Cluster) -> list[str]:
    """Lines: what checkpoint is needed, then the command of one replica. Engines without a known command say so."""
    r = c.replica
    own = c.design is not None and c.design.model.native.format == r.weight_format
    need = [] if own or r.weight_format in STORED else [f"# weights in {r.weight_format}: a checkpoint stored so"]
    if r.engine == "vllm" and r.weight_format in ON_LOAD and not own:
        need = [f"# weights in {r.weight_format}: a checkpoint stored so, or --quantization {ON_LOAD[r.weight_format]}"]
    made = {"vllm": _vllm, "sglang": _sglang, "tensorrt-llm": _trtllm, "llama.cpp": _llamacpp}.get(r.engine)
    if made is None:
        return [f"# no start command is known for {r.engine}"]
    machines = max(1, r.gpus // max(1, c.machine.gpus))
    over = [f"# one replica spans {machines} machines: start them as one cluster first"] if machines > 1 else []
    drafts = f"# {counted(r.draft_tokens, 'draft')} a step: {_drafter(c)}"
    return [*need, *over, *([drafts] if r.draft_tokens else []), shlex.join(made(c))]


TRANSFER = "# caches move from prefill to decode replicas: set up the engine's transfer (vLLM: --kv-transfer-config)"


def offline_environment(engine: str) -> dict[str, str]:
    """Variables that keep an engine from the network at start; empty for one that reads a file only.

    Source: documentation of huggingface_hub, transformers and vLLM.
    """
    hub = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    silent = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"} if engine == "vllm" else {}
    return {} if engine == "llama.cpp" else hub | silent


def _flags(values: Mapping[str, object]) -> list[str]:
    found: list[str] = []
    for flag, value in values.items():
        if value is True:
            found.append(flag)
        elif value not in (None, False, 1):
            found += [flag, str(value)]
    return found


def _drafter(c: Cluster) -> str:
    """What to turn on; a cluster that was read from a file drafts with the model's own layers."""
    found = None if c.design is None else c.design.engines[c.design.engine[0]].drafting
    if found is None or found.method == "mtp":
        return "turn on the model's own multi-token-prediction layers"
    return f"turn on {found.method} drafting" + (f" with {found.model.id}" if found.model else "")


def _settings(c: Cluster) -> EngineSettings:
    """How the engine was set for the plan; a plan that was read from a file does not carry it."""
    return AS_SHIPPED if c.design is None else c.design.engines[c.design.engine[0]].settings


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def _vllm(c: Cluster) -> list[str]:
    r, s = c.replica, _settings(c)
    values = {
        "--tensor-parallel-size": r.tp, "--pipeline-parallel-size": r.pp, "--data-parallel-size": r.dp,
        "--enable-expert-parallel": r.ep > 1, "--kv-cache-dtype": KV_TYPES.get(r.kv_format),
        "--max-num-seqs": r.max_sequences, "--max-num-batched-tokens": r.max_batched_tokens,
        "--max-model-len": s.max_model_len, "--gpu-memory-utilization": _share(s.memory_fraction),
        "--enforce-eager": s.eager, **_vllm_memory(s.memory),
    }  # fmt: skip
    return ["vllm", "serve", *_of_gguf(c), *_flags(values)]


def _vllm_memory(m: MemorySettings) -> dict[str, object]:
    return {
        "--enable-prefix-caching": bool(m.prefix_caching), "--no-enable-prefix-caching": m.prefix_caching is False,
        "--max-cudagraph-capture-size": m.capture_size, "--mamba-ssm-cache-dtype": m.state_type,
        "--language-model-only": m.text_only, "--enable-lora": m.adapters > 0, "--max-loras": m.adapters or None,
        "--max-lora-rank": m.adapter_rank if m.adapters else None,
    }  # fmt: skip


def _of_gguf(c: Cluster) -> list[str]:
    """The model as vLLM names it: of a GGUF repository with its mix, and the tokenizer of the original model."""
    r, mix = c.replica, find_format(c.replica.weight_format).gguf
    if mix is None or c.design is None or "gguf" not in r.model.lower():
        return [r.model]
    return [f"{r.model}:{mix}", "--tokenizer", c.design.model.id]


def _sglang(c: Cluster) -> list[str]:
    r, s = c.replica, _settings(c)
    kv = {"fp8": "fp8_e4m3", "fp8_e5m2": "fp8_e5m2"}.get(r.kv_format)
    values = {
        "--model-path": r.model, "--tp": r.tp * r.dp, "--pp": r.pp, "--dp": r.dp, "--enable-dp-attention": r.dp > 1,
        "--ep-size": r.ep, "--kv-cache-dtype": kv, "--max-running-requests": r.max_sequences,
        "--chunked-prefill-size": r.max_batched_tokens, "--context-length": s.max_model_len,
        "--mem-fraction-static": _share(s.memory_fraction), "--disable-cuda-graph": s.eager,
        "--cuda-graph-max-bs": s.memory.capture_size, "--mamba-ssm-dtype": s.memory.state_type,
        "--mamba-full-memory-ratio": _share(s.memory.state_ratio), "--max-mamba-cache-size": s.memory.state_slots,
        "--swa-full-tokens-ratio": _share(s.memory.window_ratio),
        "--disable-radix-cache": s.memory.prefix_caching is False, "--max-loras-per-batch": s.memory.adapters or None,
    }  # fmt: skip
    return ["python3", "-m", "sglang.launch_server", *_flags(values)]


def _trtllm(c: Cluster) -> list[str]:
    r, s = c.replica, _settings(c)
    values = {
        "--backend": "pytorch", "--tp_size": r.tp * r.dp, "--pp_size": r.pp, "--ep_size": r.ep,
        "--max_batch_size": r.max_sequences, "--max_num_tokens": r.max_batched_tokens,
        "--max_seq_len": s.max_model_len, "--kv_cache_free_gpu_memory_fraction": _share(s.memory_fraction),
    }  # fmt: skip
    return ["trtllm-serve", r.model, *_flags(values)]


def _llamacpp(c: Cluster) -> list[str]:
    r, s = c.replica, _settings(c)
    kinds = {"fp8": "q8_0", "fp16": None, "bf16": None}
    k, v = (kinds.get(part, part) for part in (r.kv_format.split("/") * 2)[:2])
    values: dict[str, object] = {
        "--n-gpu-layers": 999, "--ctx-size": s.ctx_size or c.memory.kv_tokens_per_replica,
        "--parallel": s.parallel or r.max_sequences, "--batch-size": s.batch_size or r.max_batched_tokens,
        "--ubatch-size": s.ubatch_size, "--cache-type-k": k, "--cache-type-v": v, "--flash-attn": s.flash_attn,
    }  # fmt: skip
    values |= {"--swa-full": True} if s.swa_full else {}
    values |= {"--kv-unified": True} if s.kv_unified else {}
    if "gguf" in r.model.lower():
        return ["llama-server", "-hf", r.model, *_flags(values)]
    name = f"{r.model.rpartition('/')[2]}-{r.weight_format}.gguf"
    return ["llama-server", "--model", name, *_flags(values)]
