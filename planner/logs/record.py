"""What a start-up log says, as a record."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from planner.request.strict import Strict

MOST_COUNT, MOST_GIB = 10**12, 1e6
Count = Annotated[int, Field(ge=0, le=MOST_COUNT)]
Gib = Annotated[float, Field(ge=-MOST_GIB, le=MOST_GIB, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Width = Annotated[int, Field(ge=1, le=100_000)]
Text = Annotated[str, Field(max_length=500)]
Kind = Literal["model", "kv", "state", "compute", "output"]


class StatedSettings(Strict):
    """Settings as the log states them; None where it does not, which is not the engine's default.

    tp, pp, dp, ep: widths; memory_fraction: share of a GPU's memory; quantization, dtype, kv_cache_dtype: the
    engine's words; draft_method, draft_tokens: who drafts how many tokens; context_ranks: ranks of decode context
    parallelism; those of llama.cpp alone: n_ctx (cells of all sequences), n_seq_max, n_batch, n_ubatch, flash_attn,
    cache_type_k and cache_type_v, offloaded_layers of layers in all (the output head is one).
    """

    tp: Width | None = None
    pp: Width | None = None
    dp: Width | None = None
    ep: Width | None = None
    max_model_len: Count | None = None
    max_num_batched_tokens: Count | None = None
    max_num_seqs: Count | None = None
    memory_fraction: Share | None = None
    eager: bool | None = None
    quantization: Text | None = None
    dtype: Text | None = None
    kv_cache_dtype: Text | None = None
    prefix_caching: bool | None = None
    block_size: Count | None = None
    draft_method: Text | None = None
    draft_tokens: Count | None = None
    context_ranks: Width | None = None
    n_ctx: Count | None = None
    n_seq_max: Count | None = None
    n_batch: Count | None = None
    n_ubatch: Count | None = None
    flash_attn: Text | None = None
    cache_type_k: Text | None = None
    cache_type_v: Text | None = None
    offloaded_layers: Count | None = None
    layers: Count | None = None


class LogFigures(Strict):
    """Figures of one rank, in GiB (2^30 bytes): of ranks that print different ones the largest of what is taken and the
    smallest of what is left; None where the log states none.

    weights: "Model loading took"; consumed: weights and non-torch memory together, as newer vLLM prints them, whose
    `activation` holds the estimate of graphs; graphs: what their capture took; graphs_estimated: what was taken off
    the pool for them; kv_pool: the cache, SGLang's pools of windows together; state_pool: recurrent states, where they
    lie apart; kv_tokens, window_tokens: tokens of the cache and of the pool of windows; blocks, block_tokens: pages and
    tokens of one; concurrency: requests of `concurrency_tokens` that the cache holds; total, free_before: the card as
    the process sees it and what was free at start; load_end_free, pool_end_free, end_free: free memory of SGLang's
    lines; available: what the pool is a share of (TensorRT-LLM); compute, output: llama.cpp's buffers.
    """

    weights_gib: Gib | None = None
    consumed_gib: Gib | None = None
    non_torch_gib: Gib | None = None
    activation_gib: Gib | None = None
    graphs_gib: Gib | None = None
    graphs_estimated_gib: Gib | None = None
    kv_pool_gib: Gib | None = None
    state_pool_gib: Gib | None = None
    state_slots: Count | None = None
    kv_tokens: Count | None = None
    window_tokens: Count | None = None
    blocks: Count | None = None
    block_tokens: Count | None = None
    concurrency: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    concurrency_tokens: Count | None = None
    total_gib: Gib | None = None
    free_before_gib: Gib | None = None
    load_end_free_gib: Gib | None = None
    pool_end_free_gib: Gib | None = None
    end_free_gib: Gib | None = None
    available_gib: Gib | None = None
    compute_gib: Gib | None = None
    output_gib: Gib | None = None

    @property
    def stated(self) -> dict[str, float]:
        """The figures that the log states."""
        return {name: float(value) for name, value in self.model_dump(exclude_none=True).items()}


class Buffer(Strict):
    """A buffer of llama.cpp on one device, in MiB."""

    kind: Kind
    device: Text
    mib: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class StartupLog(Strict):
    """A start-up log: engine by its id, its version, the model as printed (an id or a path), GPUs by the names that are
    printed, arguments as the engine prints them, and why it did not start, where it did not."""

    engine: Literal["vllm", "sglang", "tensorrt-llm", "llama.cpp", "ollama"]
    version: Text | None = None
    model: Text | None = None
    gpus: tuple[Text, ...] = ()
    settings: StatedSettings = StatedSettings()
    figures: LogFigures = LogFigures()
    buffers: tuple[Buffer, ...] = ()
    arguments: dict[str, str] = {}
    failure: Text | None = None
