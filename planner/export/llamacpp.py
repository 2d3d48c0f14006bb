"""`llama-server`."""

from __future__ import annotations

from planner.errors import InputError
from planner.export.launch import Launch
from planner.export.line import Placement, flags
from planner.export.vllm import drafter_path
from planner.physics.ggml.cells import MOST_SEQUENCES

DRAFTERS = {"mtp": "draft-mtp", "eagle": "draft-eagle3", "draft": "draft-simple", "block": "draft-dflash"}
ALL_LAYERS = 999
TYPES = {"fp16": "f16", "fp8": "q8_0"}


def words(launch: Launch, place: Placement) -> list[str]:
    """The command of a replica; what was set under llama.cpp's names is said so, defaults of its build are not."""
    if launch.machines > 1:
        raise InputError(f"{launch.engine}: a replica over {launch.machines} machines takes an rpc-server on each")
    c, s = launch.checkpoint, launch.settings
    k, v = (TYPES.get(part, part) for part in (launch.kv.split("/") * 2)[:2])
    values = {
        "-hf" if c.repository else "--model": c.name, "--alias": launch.model,
        "--n-gpu-layers": ALL_LAYERS if s.n_gpu_layers is None else s.n_gpu_layers, "--n-cpu-moe": s.n_cpu_moe,
        **_spread(launch.split.pp), "--ctx-size": launch.cells,
        "--parallel": s.parallel or min(launch.sequences, MOST_SEQUENCES),
        "--kv-unified": s.parallel is None or bool(s.kv_unified),
        "--batch-size": s.batch_size, "--ubatch-size": s.ubatch_size or launch.batched_tokens,
        "--flash-attn": s.flash_attn, "--cache-type-k": s.cache_type_k or k,
        "--cache-type-v": s.cache_type_v or v, "--swa-full": bool(s.swa_full),
        "--no-kv-offload": bool(s.no_kv_offload), **_drafts(launch), "--host": "0.0.0.0",
        "--port": launch.port + place.index, "--metrics": True,
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
