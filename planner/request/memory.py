"""How an engine's memory is set beside its fraction: pools, states, captures, encoders, adapters."""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from planner.errors import InputError
from planner.request.strict import Strict

Gibibytes = Annotated[float, Field(ge=0.25, le=10_000, allow_inf_nan=False)]
ItemLimit = Annotated[int, Field(ge=0, le=100_000)]
# Items of a prompt that an encoder takes.
KINDS = ("image", "video", "audio")
MOST_STAGES = 64
StageLayers = Annotated[int, Field(ge=1, le=9999)]
StateType = Literal["float32", "bfloat16", "float16"]


def item_limits(text: str) -> dict[str, int]:
    """Keys of MemorySettings of a `--limit-mm-per-prompt`, as `image=2,video=0` or as JSON, in which a kind may have
    its count in an object. Raises InputError.

    >>> item_limits('{"image": 2, "audio": {"count": 1}}'), item_limits("image=0,video=0")
    ({'image_limit': 2, 'audio_limit': 1}, {'image_limit': 0, 'video_limit': 0})
    """
    pairs = _json_limits(text) if text.lstrip().startswith("{") else _plain_limits(text)
    found = {f"{kind}_limit": int(count) for kind, count in pairs.items() if count.isascii() and count.isdigit()}
    if not pairs or len(found) < len(pairs) or set(pairs) - set(KINDS):
        asked = f"a count for {', '.join(KINDS)}, such as image=2,video=0"
        raise InputError(f"--limit-mm-per-prompt: expected {asked}, got {text[:60]!r}")
    return found


def _plain_limits(text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in text.split(",")]
    return {kind.strip(): count.strip()[:12] for kind, _, count in parts}


def _json_limits(text: str) -> dict[str, str]:
    from planner.toml import json_of

    try:
        table = json_of(text)
    except ValueError:
        return {}
    whole = {kind: count.get("count") if isinstance(count, dict) else count for kind, count in table.items()}
    return {kind: str(count)[:12] for kind, count in whole.items() if count is not None}


def layer_counts(text: str) -> tuple[int, ...]:
    """Layers of each pipeline stage, as `20,30,30`. Raises InputError.

    >>> layer_counts("20,30,30")
    (20, 30, 30)
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_STAGES or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise InputError(f"--pp-layer-partition: expected layers of each stage, such as 20,30,30, got {text[:60]!r}")
    return tuple(int(part) for part in parts)


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
    audio_limit: items of a prompt (`--limit-mm-per-prompt`), of which 0 for all leaves the encoder out;
    kv_offloading_gib: host memory for blocks that leave the cache (`--kv-offloading-size`), which changes nothing on
    the GPU; cpu_offload_gib: weights of layers that each GPU has in host memory (`--cpu-offload-gb`); stage_layers:
    layers of each pipeline stage, where they are not dealt evenly (VLLM_PP_LAYER_PARTITION); warm_start: an earlier
    start with the same settings left its compiled graphs and tuned kernels in a cache that this one reads, which vLLM
    then does not count as used; adapters: LoRA adapters that run at once (`--max-loras`), of rank adapter_rank.
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
    kv_offloading_gib: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    cpu_offload_gib: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None = None
    stage_layers: (
        Annotated[tuple[StageLayers, ...], Field(min_length=1, max_length=MOST_STAGES, strict=False)] | None
    ) = None
    warm_start: bool = False
    adapters: Annotated[int, Field(ge=0, le=1024)] = 0
    adapter_rank: Annotated[int, Field(ge=1, le=1024)] = 16

    def limit_of(self, kind: str) -> int | None:
        """Items of a kind (image, video, audio) that a prompt may have; None where nothing is set."""
        limit: int | None = getattr(self, f"{kind}_limit")
        return limit

    @property
    def limits(self) -> dict[str, int]:
        """Items of a prompt by kind, where they are set."""
        limits = {kind: self.limit_of(kind) for kind in KINDS}
        return {kind: limit for kind, limit in limits.items() if limit is not None}

    def without_encoder(self, takes: Collection[str]) -> bool:
        """Whether an encoder of such items is left out: no item of any kind is allowed, or it is turned off."""
        return self.text_only or all(self.limit_of(kind) == 0 for kind in takes)

    def text(self) -> str:
        """What is set, in words; empty where nothing is."""
        said = ((name, getattr(self, name), field.default) for name, field in type(self).model_fields.items())
        return ", ".join(f"{name} {value}" for name, value, default in said if value is not None and value != default)
