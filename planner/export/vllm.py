"""`vllm serve`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from planner.errors import InputError
from planner.export.launch import FOLDER, Launch
from planner.export.line import Placement, flags, more_than_one, share

# The cache in its words; 16 bits are the type of the model.
KV_TYPES = {
    "bf16": None, "fp16": None, "fp8": "fp8", "int8": "int8_per_token_head", "int4": "int4_per_token_head",
    "fp4": "nvfp4",
}  # fmt: skip
RPC_PORT = 13345
MASTER_PORT = 29501


def words(launch: Launch, place: Placement) -> list[str]:
    """The command of one machine of a replica."""
    return ["vllm", "serve", launch.checkpoint.name, *flags(arguments(launch) | network(launch, place))]


def arguments(launch: Launch) -> dict[str, object]:
    """What is the same on every machine, by flag; limits are those of one attention-data-parallel rank."""
    c, s = launch.checkpoint, launch.split
    return {
        "--tokenizer": c.tokenizer, "--served-model-name": launch.model if c.name != launch.model else None,
        "--revision": c.revision, "--dtype": c.dtype, "--quantization": c.quantization,
        "--tensor-parallel-size": more_than_one(s.tp), "--pipeline-parallel-size": more_than_one(s.pp),
        "--data-parallel-size": more_than_one(s.dp), "--enable-expert-parallel": s.ep > 1,
        "--kv-cache-dtype": kv_type(launch.kv, KV_TYPES, launch.engine),
        "--max-model-len": launch.context, "--max-num-seqs": launch.sequences,
        "--max-num-batched-tokens": launch.batched_tokens,
        "--gpu-memory-utilization": share(launch.memory_share),
        "--speculative-config": None if launch.drafting is None else json.dumps(speculative(launch)),
        "--enable-prefix-caching": launch.prefix_caching, "--no-enable-prefix-caching": launch.prefix_caching is False,
        "--enforce-eager": launch.eager, **_memory(launch),
    }  # fmt: skip


def _memory(launch: Launch) -> dict[str, object]:
    """Captures, recurrent states, encoders and adapters as they were asked for."""
    m = launch.settings.memory
    return {
        "--max-cudagraph-capture-size": m.capture_size, "--mamba-ssm-cache-dtype": m.state_type,
        "--kv-cache-memory-bytes": m.kv_cache_memory_bytes, "--block-size": m.block_size,
        "--decode-context-parallel-size": m.context_ranks,
        "--language-model-only": m.text_only, "--skip-mm-profiling": m.skip_mm_profiling,
        "--limit-mm-per-prompt": json.dumps(m.limits) if m.limits else None,
        "--kv-offloading-size": m.kv_offloading_gib, "--cpu-offload-gb": m.cpu_offload_gib or None,
        "--enable-lora": m.adapters > 0, "--max-loras": m.adapters or None,
        "--max-lora-rank": m.adapter_rank if m.adapters else None,
    }  # fmt: skip


def network(launch: Launch, place: Placement) -> dict[str, object]:
    """How the machines of a replica find each other; what listens where."""
    leads = place.node.number == 0
    listen: dict[str, object] = {"--host": "0.0.0.0", "--port": launch.port + place.index} if leads else {}
    if launch.machines == 1:
        return listen
    if launch.split.dp > 1:
        return listen | {
            "--data-parallel-size-local": place.node.ranks, "--data-parallel-start-rank": place.start_rank,
            "--data-parallel-address": place.leader, "--data-parallel-rpc-port": RPC_PORT, "--headless": not leads,
        }  # fmt: skip
    return listen | {
        "--nnodes": launch.machines, "--node-rank": place.node_rank, "--master-addr": place.leader,
        "--master-port": MASTER_PORT, "--headless": not leads,
    }  # fmt: skip


def kv_type(kv: str, types: Mapping[str, str | None], engine: str) -> str | None:
    """The cache format in an engine's words; raises InputError where it has none."""
    if kv not in types:
        raise InputError(f"kv: {engine} has no word for a cache in {kv}")
    return types[kv]


def speculative(launch: Launch) -> dict[str, object]:
    """`--speculative-config`."""
    d = launch.drafting
    assert d is not None
    method = {"eagle": "eagle3", "draft": "draft_model", "block": "dflash"}.get(d.method, d.method)
    found: dict[str, object] = {"method": method, "num_speculative_tokens": d.drafts}
    drafter = drafter_path(launch)
    if drafter is not None:
        found["model"] = drafter
    if d.method == "ngram":
        found["prompt_lookup_max"] = d.drafts
    return found


def drafter_path(launch: Launch) -> str | None:
    """The drafter that is loaded beside the model: as it was named, else where a head of the model must lie."""
    d = launch.drafting
    if d is None or d.method in ("mtp", "ngram"):
        return None
    if d.model is not None:
        return d.model.checkpoint
    return f"{FOLDER}/{launch.model.rpartition('/')[2]}-{d.method}"
