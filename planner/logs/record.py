"""What a start-up log says, as a record."""

from typing import Annotated, Literal

from pydantic import Field

from planner.request.strict import Strict

# The engine whose first generation states its cache in blocks; llama.cpp and what runs it.
VLLM, LLAMA_CPP = "vllm", ("llama.cpp", "ollama")
MOST_COUNT, MOST_GIB = 10**12, 1e6
Whole = Annotated[int, Field(ge=0, le=MOST_COUNT)]
SignedGib = Annotated[float, Field(ge=-MOST_GIB, le=MOST_GIB, allow_inf_nan=False)]
PartOfAll = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Width = Annotated[int, Field(ge=1, le=100_000)]
Text = Annotated[str, Field(max_length=500)]
BufferKind = Literal["model", "kv", "state", "compute", "output"]


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
    max_model_len: Whole | None = None
    max_num_batched_tokens: Whole | None = None
    max_num_seqs: Whole | None = None
    memory_fraction: PartOfAll | None = None
    eager: bool | None = None
    quantization: Text | None = None
    dtype: Text | None = None
    kv_cache_dtype: Text | None = None
    prefix_caching: bool | None = None
    block_size: Whole | None = None
    draft_method: Text | None = None
    draft_tokens: Whole | None = None
    context_ranks: Width | None = None
    n_ctx: Whole | None = None
    n_seq_max: Whole | None = None
    n_batch: Whole | None = None
    n_ubatch: Whole | None = None
    flash_attn: Text | None = None
    cache_type_k: Text | None = None
    cache_type_v: Text | None = None
    offloaded_layers: Whole | None = None
    layers: Whole | None = None


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

    weights_gib: SignedGib | None = None
    consumed_gib: SignedGib | None = None
    non_torch_gib: SignedGib | None = None
    activation_gib: SignedGib | None = None
    graphs_gib: SignedGib | None = None
    graphs_estimated_gib: SignedGib | None = None
    kv_pool_gib: SignedGib | None = None
    state_pool_gib: SignedGib | None = None
    state_slots: Whole | None = None
    kv_tokens: Whole | None = None
    window_tokens: Whole | None = None
    blocks: Whole | None = None
    block_tokens: Whole | None = None
    concurrency: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    concurrency_tokens: Whole | None = None
    total_gib: SignedGib | None = None
    free_before_gib: SignedGib | None = None
    load_end_free_gib: SignedGib | None = None
    pool_end_free_gib: SignedGib | None = None
    end_free_gib: SignedGib | None = None
    available_gib: SignedGib | None = None
    compute_gib: SignedGib | None = None
    output_gib: SignedGib | None = None

    @property
    def stated(self) -> dict[str, float]:
        """The figures that the log states."""
        return {name: float(value) for name, value in self.model_dump(exclude_none=True).items()}


class Buffer(Strict):
    """A buffer of llama.cpp on one device, in MiB."""

    kind: BufferKind
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
