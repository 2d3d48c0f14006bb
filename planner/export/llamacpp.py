"""`llama-server`."""

from __future__ import annotations

from planner.errors import InputError
from planner.export.launch import Launch
from planner.export.line import Placement, flags
from planner.export.vllm import drafter_path, kv_type

KV_TYPES = {"fp16": "f16", "bf16": "bf16", "q8_0": "q8_0", "q4_0": "q4_0"}
DRAFTERS = {"mtp": "draft-mtp", "eagle": "draft-eagle3", "draft": "draft-simple", "block": "draft-dflash"}
ALL_LAYERS = 999


def words(launch: Launch, place: Placement) -> list[str]:
    """The command of a replica; its slots share one cache, of which each may take as much as a request needs."""
    if launch.machines > 1:
        raise InputError(f"{launch.engine}: a replica over {launch.machines} machines takes an rpc-server on each")
    c, kv = launch.checkpoint, kv_type(launch.kv, KV_TYPES, launch.engine)
    values = {
        "-hf" if c.repository else "--model": c.name, "--alias": launch.model, "--n-gpu-layers": ALL_LAYERS,
        **_spread(launch.split.pp), "--ctx-size": launch.kv_tokens,
        "--parallel": launch.sequences, "--kv-unified": True, "--batch-size": launch.batched_tokens,
        "--ubatch-size": launch.batched_tokens, "--flash-attn": "on", "--cache-type-k": kv, "--cache-type-v": kv,
        **_drafts(launch), "--host": "0.0.0.0", "--port": launch.port + place.index, "--metrics": True,
    }  # fmt: skip
    return ["llama-server", *flags(values)]


def _spread(gpus: int) -> dict[str, object]:
    """Layers dealt evenly to so many GPUs."""
    return {"--split-mode": "layer", "--tensor-split": ",".join(["1"] * gpus)} if gpus > 1 else {}


def _drafts(launch: Launch) -> dict[str, object]:
    d = launch.drafting
    if d is None:
        return {}
    if d.method == "ngram":
        return {"--spec-type": "ngram-simple", "--spec-ngram-simple-size-m": d.drafts}
    return {
        "--spec-type": DRAFTERS[d.method], "--spec-draft-n-max": d.drafts, "--spec-draft-model": drafter_path(launch),
    }  # fmt: skip
