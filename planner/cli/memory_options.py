"""The flags of `[engine.memory]`, by the engines' own names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.cli.help import OneOf, option, together
from planner.request.memory import item_limits, layer_counts

MEMORY = "Settings of the engine's memory"
ITEMS, STAGES = "limit_mm_per_prompt", "pp_layer_partition"
# Keys of `[engine.memory]` by the flags that set them.
SETTINGS = {
    "total_gib": "gpu_memory_gib", "free_gib": "free_memory_gib", "kv_cache_memory_bytes": "kv_cache_memory_bytes",
    "block_size": "block_size", "context_ranks": "decode_context_parallel_size",
    "prefix_caching": "enable_prefix_caching", "capture_size": "max_cudagraph_capture_size",
    "state_type": "mamba_ssm_cache_dtype", "state_ratio": "mamba_full_memory_ratio",
    "state_slots": "max_mamba_cache_size", "window_ratio": "swa_full_tokens_ratio",
    "text_only": "language_model_only", "skip_mm_profiling": "skip_mm_profiling",
    **dict.fromkeys(("image_limit", "video_limit", "audio_limit"), ITEMS), "kv_offloading_gib": "kv_offloading_size",
    "cpu_offload_gib": "cpu_offload_gb", "stage_layers": STAGES, "warm_start": "warm_start",
    "adapters": "max_loras", "adapter_rank": "max_lora_rank",
}  # fmt: skip

memory_options = together(
    option(MEMORY, "--gpu-memory-gib", type=float, metavar="GIB",
           help="Memory of a GPU as the process sees it. [default: the catalog's]"),
    option(MEMORY, "--free-memory-gib", type=float, metavar="GIB",
           help="Free memory of a GPU before the engine starts. [default: all of it]"),
    option(MEMORY, "--kv-cache-memory-bytes", type=int, metavar="BYTES",
           help="Size of the cache on a GPU, instead of what the memory fraction leaves."),
    option(MEMORY, "--block-size", type=int, metavar="TOKENS", help="Tokens of a block of the cache (--page-size)."),
    option(MEMORY, "--decode-context-parallel-size", type=int, metavar="N",
           help="Tensor-parallel ranks that share a cache which all of them would hold (vLLM)."),
    option(MEMORY, "--enable-prefix-caching/--no-enable-prefix-caching", default=None,
           help="Prefix caching: models with recurrent layers then keep more states."),
    option(MEMORY, "--max-cudagraph-capture-size", type=int, metavar="N",
           help="Largest batch in a CUDA graph (--cuda-graph-max-bs)."),
    option(MEMORY, "--mamba-ssm-cache-dtype", type=OneOf(["float32", "bfloat16", "float16"]),
           help="Type of recurrent states."),
    option(MEMORY, "--mamba-full-memory-ratio", type=float, metavar="RATIO",
           help="SGLang: memory of recurrent states to that of the cache. [default: 0.9]"),
    option(MEMORY, "--max-mamba-cache-size", type=int, metavar="N", help="SGLang: slots of recurrent states."),
    option(MEMORY, "--swa-full-tokens-ratio", type=float, metavar="RATIO",
           help="SGLang: tokens of the pool of windows to those of the other. [default: 0.8]"),
    option(MEMORY, "--language-model-only", is_flag=True, default=None, help="The encoder of images is not loaded."),
    option(MEMORY, "--limit-mm-per-prompt", metavar="LIMITS",
           help="Most images, videos, audios of a prompt, as image=2,video=0; 0 for all leaves the encoder out."),
    option(MEMORY, "--skip-mm-profiling", is_flag=True, default=None,
           help="The encoder is not run at start to see what it needs."),
    option(MEMORY, "--kv-offloading-size", type=float, metavar="GIB",
           help="Host memory for blocks that leave the cache; nothing on the GPU changes."),
    option(MEMORY, "--cpu-offload-gb", type=float, metavar="GIB",
           help="Weights of layers that each GPU has in host memory (vLLM, SGLang)."),
    option(MEMORY, "--pp-layer-partition", metavar="LAYERS",
           help="Layers of each pipeline stage, as 20,30,30 (VLLM_PP_LAYER_PARTITION). [default: dealt evenly]"),
    option(MEMORY, "--warm-start", is_flag=True, default=None,
           help="An earlier start of the same settings left its compiled kernels in a cache (vLLM)."),
    option(MEMORY, "--max-loras", type=int, metavar="N", help="LoRA adapters that run at once."),
    option(MEMORY, "--max-lora-rank", type=int, metavar="RANK", help="Their rank. [default: 16]"),
    option(MEMORY, "--lora", metavar="N:RANK", help="Both in one, as 4:32."),
)  # fmt: skip


def memory_table(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The table `[engine.memory]` of the flags that were given; None without any. Raises InputError."""
    found = {
        key: given[flag]
        for key, flag in SETTINGS.items()
        if flag not in (ITEMS, STAGES) and given.get(flag) is not None
    }
    if given.get(ITEMS) is not None:
        found |= item_limits(str(given[ITEMS]))
    if given.get(STAGES) is not None:
        found["stage_layers"] = layer_counts(str(given[STAGES]))
    if given.get("lora") is not None:
        from planner.errors import InputError

        count, _, rank = str(given["lora"]).partition(":")
        if not all(part.isascii() and part.isdigit() and len(part) < 7 for part in (count, rank or "16")):
            raise InputError(f"--lora: expected N:RANK, such as 4:32, got {str(given['lora'])[:40]!r}")
        found |= {"adapters": int(count), "adapter_rank": int(rank or 16)}
    return found or None
