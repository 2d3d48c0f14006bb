"""What changed in an engine from one version to the next, as `engines.toml` states it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from hardware_db.schema import Date
from planner.frozen import dataclass

MemoryShare = Annotated[float, Field(ge=0.01, le=1)]
Gib = Annotated[float, Field(ge=0, le=100)]
Size = Annotated[int, Field(ge=1, le=2**20)]
# What is captured in CUDA graphs: nothing, whole decode steps, pieces of steps of any kind, or both.
Captures = Literal["none", "decode", "pieces", "both"]


@dataclass(frozen=True)
class Profile:
    """What changed in an engine with the version `since`."""

    since: Annotated[str, Field(pattern=r"^\d+(\.\d+)*$")]
    released: Date
    memory_era: str | None = None
    outside_era: str | None = None
    era: str | None = None
    memory_fraction: MemoryShare | None = None
    max_batched_tokens: Size | None = None
    max_batched_tokens_large: Size | None = None
    max_sequences: Size | None = None
    max_sequences_large: Size | None = None
    chunked_prefill: bool | None = None
    mixed_steps: bool | None = None
    graphs_in_budget: bool | None = None
    hybrid_cache: bool | None = None
    tokens_by_concurrency: bool | None = None
    ggml_build: Annotated[int, Field(ge=1)] | None = None
    context: Annotated[int, Field(ge=1)] | None = None
    context_by_memory: bool | None = None
    slots: Annotated[int, Field(ge=1, le=256)] | None = None
    slots_share: bool | None = None
    flash: Literal["on", "off", "auto"] | None = None
    captures: Captures | None = None
    capture_step: Annotated[int, Field(ge=1, le=64)] | None = None
    in_flight_batches: Annotated[int, Field(ge=1, le=8)] | None = None
    packed_pages: bool | None = None
    plain_era: str | None = None
    window_pool: bool | None = None
    peaks_add: bool | None = None
    first_engine: bool | None = None
    silent_nccl: bool | None = None
    tunes_states: bool | None = None
    whole_drafters: Annotated[tuple[str, ...] | None, Field(strict=False)] = None
    non_torch_rank_gib: Gib | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """What it sets in the engine."""
        return {name: v for name, v in vars(self).items() if v is not None and name not in ("since", "released")}
