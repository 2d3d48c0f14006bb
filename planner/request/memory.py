"""How an engine's memory is set beside its fraction: pools, states, captures, encoders, adapters."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from planner.request.strict import Strict

Gibibytes = Annotated[float, Field(ge=0.25, le=10_000, allow_inf_nan=False)]
ItemLimit = Annotated[int, Field(ge=0, le=100_000)]
# Items of a prompt that an encoder takes.
KINDS = ("image", "video", "audio")
StateType = Literal["float32", "bfloat16", "float16"]


class MemorySettings(Strict):
    """Settings of memory; None leaves the engine's default.

    total_gib: memory of a GPU as the process sees it; free_gib: what is free of it before the start [GiB];
    kv_cache_memory_bytes: size of the cache on a GPU (`--kv-cache-memory-bytes`), which the memory fraction does
    not limit then; block_size: tokens of a block (`--block-size`, `--page-size`); context_ranks: tensor-parallel
    ranks that share a cache which each of them would hold (`--decode-context-parallel-size`); prefix_caching: vLLM
    then keeps a second state for each sequence of a model with recurrent layers, SGLang, unless it is off, three;
    capture_size: largest batch that is captured in a CUDA graph (`--max-cudagraph-capture-size`,
    `--cuda-graph-max-bs`); state_type: of recurrent states (`--mamba-ssm-cache-dtype`); state_ratio: SGLang's
    `--mamba-full-memory-ratio`; state_slots: its `--max-mamba-cache-size`; window_ratio: its
    `--swa-full-tokens-ratio`; text_only: the encoder of images is not loaded (`--language-model-only`);
    skip_mm_profiling: the encoder is loaded, and not run at start to see what it needs; image_limit, video_limit,
    audio_limit: items of a prompt (`--limit-mm-per-prompt`), of which 0 for all leaves the encoder out; adapters: LoRA adapters that run at once (`--max-loras`), of rank adapter_rank.
    """

    total_gib: Gibibytes | None = None
    free_gib: Gibibytes | None = None
    kv_cache_memory_bytes: Annotated[int, Field(ge=1, le=10**14)] | None = None
    block_size: Annotated[int, Field(ge=1, le=4096)] | None = None
    context_ranks: Annotated[int, Field(ge=1, le=1024)] | None = None
    prefix_caching: bool | None = None
    capture_size: Annotated[int, Field(ge=1, le=65_536)] | None = None
    state_type: StateType | None = None
    state_ratio: Annotated[float, Field(ge=1e-3, le=1000, allow_inf_nan=False)] | None = None
    state_slots: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    window_ratio: Annotated[float, Field(ge=1e-3, le=1, allow_inf_nan=False)] | None = None
    text_only: bool = False
    skip_mm_profiling: bool = False
    image_limit: ItemLimit | None = None
    video_limit: ItemLimit | None = None
    audio_limit: ItemLimit | None = None
    adapters: Annotated[int, Field(ge=0, le=1024)] = 0
    adapter_rank: Annotated[int, Field(ge=1, le=1024)] = 16

    def limit_of(self, kind: str) -> int | None:
        """Items of a kind (image, video, audio) that a prompt may have; None where nothing is set."""
        limit: int | None = getattr(self, f"{kind}_limit")
        return limit

    def without_encoder(self, takes: Collection[str]) -> bool:
        """Whether an encoder of such items is left out: no item of any kind is allowed, or it is turned off."""
        return self.text_only or all(self.limit_of(kind) == 0 for kind in takes)

    def text(self) -> str:
        """What is set, in words; empty where nothing is."""
        said = self.model_dump(exclude_none=True, exclude_defaults=True)
        return ", ".join(f"{name} {value}" for name, value in said.items())
