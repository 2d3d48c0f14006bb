"""`text-generation-launcher` of TGI, which is archived: for what still runs."""

from __future__ import annotations

from planner.errors import InputError
from planner.export.launch import Launch
from planner.export.line import Placement, flags, more_than_one, share
from planner.export.vllm import kv_type

KV_TYPES = {"bf16": None, "fp16": None, "fp8": "fp8_e4m3fn"}


def words(launch: Launch, place: Placement) -> list[str]:
    """The command of a replica; raises InputError for cuts that TGI does not know."""
    c, s = launch.checkpoint, launch.split
    if s.pp * s.dp > 1 or launch.machines > 1:
        raise InputError(f"split: {launch.engine} cuts a model by tensor parallelism on one machine only, not {s}")
    values = {
        "--model-id": c.name, "--served-model-name": launch.model, "--revision": c.revision, "--dtype": c.dtype,
        "--quantize": c.quantization,
        "--num-shard": more_than_one(s.tp), "--kv-cache-dtype": kv_type(launch.kv, KV_TYPES, launch.engine),
        "--max-total-tokens": launch.context, "--max-input-tokens": launch.context - 1,
        "--max-batch-prefill-tokens": launch.batched_tokens, "--max-batch-size": launch.sequences,
        "--cuda-memory-fraction": share(launch.memory_share), "--cuda-graphs": 0 if launch.eager else None,
        "--hostname": "0.0.0.0", "--port": launch.port + place.index,
    }  # fmt: skip
    return ["text-generation-launcher", *flags(values)]
