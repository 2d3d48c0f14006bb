"""How an engine's memory is set beside its fraction: pools, states, captures, encoders, adapters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from planner.request.strict import Strict

StateType = Literal["float32", "bfloat16", "float16"]


class MemorySettings(Strict):
    """Settings of memory; None leaves the engine's default.

    prefix_caching: vLLM then keeps a second state for each sequence of a model with recurrent layers, SGLang, unless it
    is off, three; capture_size:
    largest batch that is captured in a CUDA graph (`--max-cudagraph-capture-size`, `--cuda-graph-max-bs`); state_type:
    of recurrent states (`--mamba-ssm-cache-dtype`); state_ratio: SGLang's `--mamba-full-memory-ratio`; state_slots:
    its `--max-mamba-cache-size`; window_ratio: its `--swa-full-tokens-ratio`; text_only: the encoder of images is not
    loaded (`--language-model-only`); adapters: LoRA adapters that run at once (`--max-loras`), of rank adapter_rank.
    """

    prefix_caching: bool | None = None
    capture_size: Annotated[int, Field(ge=1, le=65_536)] | None = None
    state_type: StateType | None = None
    state_ratio: Annotated[float, Field(ge=1e-3, le=1000, allow_inf_nan=False)] | None = None
    state_slots: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    window_ratio: Annotated[float, Field(ge=1e-3, le=1, allow_inf_nan=False)] | None = None
    text_only: bool = False
    adapters: Annotated[int, Field(ge=0, le=1024)] = 0
    adapter_rank: Annotated[int, Field(ge=1, le=1024)] = 16

    def text(self) -> str:
        """What is set, in words; empty where nothing is."""
        said = self.model_dump(exclude_none=True, exclude_defaults=True)
        return ", ".join(f"{name} {value}" for name, value in said.items())
