"""`trtllm-serve`."""

from __future__ import annotations

import json

from planner.errors import InputError
from planner.export.launch import Launch
from planner.export.line import Placement, flags, more_than_one, share
from planner.export.vllm import drafter_path, kv_type

KV_TYPES = {"bf16": None, "fp16": None, "fp8": "fp8", "fp4": "nvfp4"}
# Where the settings that it takes from a file only lie; JSON is YAML.
FILE = "/tmp/trtllm.yaml"


def words(launch: Launch, place: Placement) -> list[str]:
    """The command of a replica; limits are those of one attention-data-parallel rank.

    Raises InputError for what `trtllm-serve` does not start: ranks with tensor parallelism inside of attention data
    parallelism, and replicas over several machines, which MPI starts.
    """
    c, s = launch.checkpoint, launch.split
    if s.dp > 1 and s.tp > 1:
        raise InputError(
            f"split: {launch.engine} runs attention data parallelism over all ranks, not dp {s.dp} beside tp {s.tp}"
        )
    if launch.machines > 1:
        raise InputError(f"{launch.engine}: a replica over {launch.machines} machines is started by MPI, not so")
    values = {
        "--served_model_name": launch.model if c.name != launch.model else None, "--tokenizer": c.tokenizer,
        "--revision": c.revision, "--backend": "pytorch", "--tp_size": more_than_one(s.tp * s.dp),
        "--pp_size": more_than_one(s.pp), "--ep_size": more_than_one(s.ep), "--enable_attention_dp": s.dp > 1,
        "--kv_cache_dtype": kv_type(launch.kv, KV_TYPES, launch.engine), "--max_seq_len": launch.context,
        "--max_batch_size": launch.sequences, "--max_num_tokens": launch.batched_tokens,
        "--free_gpu_memory_fraction": share(launch.memory_share), "--enable_chunked_prefill": True,
        "--config": FILE if settings(launch) else None, "--host": "0.0.0.0", "--port": launch.port + place.index,
    }  # fmt: skip
    return ["trtllm-serve", c.name, *flags(values)]


def settings(launch: Launch, *, cache: bool = False) -> str:
    """The text of the file of settings that have no flag; empty where there are none. cache: its format among them."""
    found: dict[str, object] = {}
    kv = kv_type(launch.kv, KV_TYPES, launch.engine)
    held: dict[str, object] = {"dtype": kv} if cache and kv is not None else {}
    if launch.eager:
        found["cuda_graph_config"] = None
    if launch.checkpoint.dtype is not None:
        found["dtype"] = launch.checkpoint.dtype
    if launch.drafting is not None:
        found["speculative_config"] = _speculative(launch)
    if launch.prefix_caching is not None:
        held["enable_block_reuse"] = launch.prefix_caching
    if held:
        found["kv_cache_config"] = held
    return json.dumps(found) if found else ""


def _speculative(launch: Launch) -> dict[str, object]:
    d = launch.drafting
    assert d is not None
    if d.method == "mtp":
        return {"decoding_type": "MTP", "num_nextn_predict_layers": d.drafts}
    if d.method == "ngram":
        return {"decoding_type": "NGram", "max_draft_len": d.drafts}
    kind = {"eagle": "Eagle", "draft": "DraftTarget"}.get(d.method)
    if kind is None:
        raise InputError(f"speculation: {launch.engine} has no drafting by {d.method}")
    return {"decoding_type": kind, "max_draft_len": d.drafts, "speculative_model_dir": drafter_path(launch)}
