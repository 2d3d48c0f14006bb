"""`python3 -m sglang.launch_server`."""

from __future__ import annotations

from planner.export.launch import Launch
from planner.export.line import Placement, Variable, flags, more_than_one, share
from planner.export.vllm import drafter_path, kv_type

KV_TYPES = {"bf16": None, "fp16": None, "fp8": "fp8_e4m3", "fp4": "nvfp4"}
ALGORITHMS = {"mtp": "EAGLE", "eagle": "EAGLE3", "draft": "STANDALONE", "block": "DFLASH", "ngram": "NGRAM"}
INIT_PORT = 20000


def words(launch: Launch, place: Placement) -> list[str]:
    """The command of one machine of a replica.

    Tensor ranks are counted with those of attention data parallelism. Sequences are those of all ranks, and the chunk
    of a step is divided by them (SGLang `server_args.py`).
    """
    return ["python3", "-m", "sglang.launch_server", *flags(arguments(launch) | _network(launch, place))]


def arguments(launch: Launch) -> dict[str, object]:
    """What is the same on every machine, by flag."""
    c, s = launch.checkpoint, launch.split
    return {
        "--model-path": c.name, "--served-model-name": launch.model if c.name != launch.model else None,
        "--tokenizer-path": c.tokenizer, "--revision": c.revision, "--dtype": c.dtype,
        "--quantization": c.quantization,
        "--tp-size": more_than_one(s.tp * s.dp), "--pp-size": more_than_one(s.pp), "--dp-size": more_than_one(s.dp),
        "--enable-dp-attention": s.dp > 1, "--ep-size": more_than_one(s.ep),
        "--kv-cache-dtype": kv_type(launch.kv, KV_TYPES, launch.engine), "--context-length": launch.context,
        "--max-running-requests": launch.all_sequences, "--chunked-prefill-size": launch.batched_tokens * s.dp,
        "--mem-fraction-static": share(launch.memory_share), "--disable-cuda-graph": launch.eager,
        **_drafts(launch), **_memory(launch), "--enable-metrics": True,
    }  # fmt: skip


def _memory(launch: Launch) -> dict[str, object]:
    """Captures, recurrent states, windows and adapters as they were asked for."""
    m = launch.settings.memory
    return {
        "--disable-radix-cache": launch.prefix_caching is False, "--cuda-graph-max-bs": m.capture_size,
        "--mamba-ssm-dtype": m.state_type, "--page-size": m.block_size,
        "--mamba-full-memory-ratio": _figure(m.state_ratio),
        "--max-mamba-cache-size": m.state_slots, "--swa-full-tokens-ratio": _figure(m.window_ratio),
        "--cpu-offload-gb": m.cpu_offload_gib or None,
        "--enable-lora": m.adapters > 0, "--max-loras-per-batch": m.adapters or None,
        "--max-lora-rank": m.adapter_rank if m.adapters else None,
    }  # fmt: skip


def _figure(value: float | None) -> str | None:
    return None if value is None else share(value)


def _drafts(launch: Launch) -> dict[str, object]:
    d = launch.drafting
    if d is None:
        return {}
    found: dict[str, object] = {"--speculative-algorithm": ALGORITHMS[d.method]}
    if d.method not in ("ngram", "block"):
        found |= {"--speculative-num-steps": d.drafts, "--speculative-eagle-topk": 1}
    drafter = {"--speculative-draft-model-path": drafter_path(launch)}
    return found | {"--speculative-num-draft-tokens": d.drafts + 1} | drafter


def _network(launch: Launch, place: Placement) -> dict[str, object]:
    listen: dict[str, object] = {"--host": "0.0.0.0", "--port": launch.port + place.index}
    if launch.machines == 1:
        return listen
    address = Variable(f"{place.leader}:{INIT_PORT}") if isinstance(place.leader, Variable) else place.leader
    return listen | {"--nnodes": launch.machines, "--node-rank": place.node_rank, "--dist-init-addr": address}
