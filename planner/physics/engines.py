"""Serving engines as data: memory policy, scheduler defaults, communication stack."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from hardware_db.schema import Accelerator, Date
from planner.errors import InputError, near
from planner.frozen import dataclass
from planner.physics.drafting import Drafting
from planner.physics.engine_profile import Captures, Gib, MemoryShare, Profile, Size
from planner.physics.versions import reached
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.shipped import record_of, records_of, shipped_toml

RankFraction = Annotated[tuple[int, float], Field(strict=False)]
DATA = Path(__file__).with_name("engines.toml")
BUILT = re.compile(r"\bd(20\d\d)(\d\d)(\d\d)\b")  # the day in the suffix of a build: `.d20250730`


@dataclass(frozen=True, kw_only=True)
class Engine:
    """How one engine budgets memory and schedules by default.

    `tokens_by_concurrency`: the log's token count is concurrency times context (newest vLLM); `mixed_steps`: a step
    carries prompts and decodes together; `latent_copies`: latent attention keeps its up-projections twice;
    `load_overhead`: the engine's own figure for the weights is the free memory they cost; `drafting`: who drafts how
    many tokens a step, None where nobody does; `dense_over_dp`: with attention data parallelism, dense and shared
    feed-forward parts and the head are still split over all ranks; `reserves_output`: a sequence starts once the cache
    has room for its longest output, and is never preempted; `uniform_windows`: the window of a model whose every layer
    has one is applied; `narrow_sums`: products of 16-bit or quantized weights are summed in 16 bit or in integers;
    `ep_kernels`: kernels that expert parallelism adds to each grouped GEMM (routing, reordering); `absorbed_prompts`:
    latent attention runs in the latent space for prompts, too; `vector_rows`: products with up to so many rows run in
    matrix-vector kernels, without tiles; `cuts`: all ways to cut a model, or pipeline stages alone; `ggml`: it runs
    llama.cpp's code, whose buffers are computed from its graphs, as of `ggml_build` where its version is not
    llama.cpp's own; `context`, `context_by_memory`: cells of the cache where none are named, or that they follow from
    the memory of all GPUs; `slots`: sequences of its server, which share one cache (`slots_share`) or have `context`
    cells each; `flash`: flash attention by default; `embedding_on_host`: embeddings stay in host memory; `known`: what
    an answer rests on, where no run of it is in the evidence; `kv_format`: the cache format unless told, None for the
    GPU's 16-bit type; `release`: the one that is meant where none is stated; `drafts`: decodes speculatively with a
    model's own layers; `stores_gguf`: GGUF is its own format; `of_gguf`: what it can load of GGUF where that is
    another's; `balance_steps`: steps for which a prompt is held on average until every rank of data-parallel attention
    has one; `whole_drafters`: architectures whose own drafting layers it does not know, so that it loads the whole
    model again as its drafter; `own_reduce_ranks`: ranks at which its own all-reduce kernel runs if all pairs have
    links or two peers are alone, but for the GPU generations `no_own_reduce_on`; NCCL elsewhere; `replans_on`:
    generations on which the host plans the attention over a cache in 8 bits anew before each pass of a drafter;
    `own_builds`: the word in the version of a vendor's builds; `era` and `memory_era` are the keys under which speed
    and memory are calibrated; `outside_era`: that of non-torch memory, where eras share it; `settings`: what a user
    gave it; `captures`: which CUDA graphs it captures, of batches up to `capture_limit`, in steps of `capture_step`
    above 256; `in_flight_batches`: batches that hold the cache of windowed layers at once; `packed_pages`: groups of
    layers share pages without padding (DeepSeek V4); `plain_era`: the `memory_era` of models of dense attention alone,
    whose runner charges no estimate of its graphs; `window_pool`: layers with a window have a pool of their own;
    `peaks_add`: the peak is that of a layer and that of the sampler together; `profiles_encoder`: the profile run has
    the encoder; `first_engine`: GPUs of the generations `first_engine_on` and models whose decoder reads an encoder
    still run in the engine before, without chunked prefill; `silent_nccl`: ranks of one machine that reduce in NCCL
    alone add no non-torch memory, as the engine first looks when NCCL is up; `tunes_states`: a first start tunes the
    kernels of gated delta nets before it sizes its cache, on the generations `states_tuned_on`; `offloads_weights`: it
    keeps layers in host memory by a size in GiB.
    """

    id: str
    name: str
    aliases: Annotated[tuple[str, ...], Field(strict=False)] = ()
    release: str = ""
    memory_policy: Literal["share_of_total", "static_share", "share_of_free", "whole_at_start"]
    memory_fraction: MemoryShare
    fraction_by_ranks: Annotated[tuple[RankFraction, ...], Field(strict=False)] = ()
    block_tokens: Annotated[int, Field(ge=1, le=4096)]
    max_batched_tokens: Size
    max_batched_tokens_large: Size | None = None
    max_sequences: Size
    max_sequences_large: Size | None = None
    chunked_prefill: bool
    mixed_steps: bool
    graphs_in_budget: bool
    hybrid_cache: bool
    tokens_by_concurrency: bool
    latent_copies: bool
    captures: Captures = "decode"
    capture_limit: Size = 256
    capture_step: Annotated[int, Field(ge=1, le=64)] = 8
    in_flight_batches: Annotated[int, Field(ge=1, le=8)] = 1
    packed_pages: bool = False
    plain_era: str | None = None
    window_pool: bool = False
    peaks_add: bool = False
    first_engine: bool = False
    first_engine_on: Annotated[tuple[str, ...], Field(strict=False)] = ()
    profiles_encoder: bool = False
    silent_nccl: bool = False
    tunes_states: bool = False
    offloads_weights: bool = False
    states_tuned_on: Annotated[tuple[str, ...], Field(strict=False)] = ()
    load_overhead: bool = False
    dense_over_dp: bool = False
    reserves_output: bool = False
    uniform_windows: bool = True
    narrow_sums: bool = False
    ep_kernels: Annotated[float, Field(ge=0, le=100)] = 0.0
    absorbed_prompts: bool = False
    vector_rows: Annotated[int, Field(ge=0, le=64)] = 0
    cuts: Literal["all", "stages"] = "all"
    ggml: bool = False
    ggml_build: Annotated[int, Field(ge=1)] | None = None
    context: Annotated[int, Field(ge=1)] | None = None
    context_by_memory: bool = False
    slots: Annotated[int, Field(ge=1, le=256)] = 1
    slots_share: bool = False
    flash: Literal["on", "off", "auto"] = "auto"
    known: str = ""
    embedding_on_host: bool = False
    kv_format: str | None = None
    drafts: bool = False
    whole_drafters: Annotated[tuple[str, ...], Field(strict=False)] = ()
    stores_gguf: bool = False
    of_gguf: str = ""
    balance_steps: Annotated[float, Field(ge=0, le=1000)] = 0.0
    own_builds: str | None = None
    non_torch_rank_gib: Gib
    stack: str
    own_reduce_ranks: Annotated[tuple[int, ...], Field(strict=False)] = ()
    no_own_reduce_on: Annotated[tuple[str, ...], Field(strict=False)] = ()
    replans_on: Annotated[tuple[str, ...], Field(strict=False)] = ()
    era: str
    memory_era: str
    outside_era: str | None = None
    profiles: Annotated[tuple[Profile, ...], Field(strict=False)] = ()
    sources: Annotated[tuple[str, ...], Field(strict=False)]
    checked: Date
    settings: EngineSettings = AS_SHIPPED
    drafting: Drafting | None = None

    @property
    def as_of(self) -> str:
        """Its release: as stated, else the newest that is meant; empty where none is."""
        return self.settings.engine_version or self.release

    @property
    def eager(self) -> bool:
        """Whether it runs without CUDA graphs."""
        return self.settings.eager

    @property
    def state_bytes(self) -> float:
        """Bytes of one element of a recurrent state: float32 unless told otherwise."""
        return 4.0 if self.settings.memory.state_type in (None, "float32") else 2.0

    @property
    def draft_tokens(self) -> int:
        """Tokens drafted a step, 0 when off."""
        return self.drafting.drafts if self.drafting else 0

    @property
    def own_layers(self) -> bool:
        """Whether a model's own layers for multi-token prediction are loaded."""
        return self.drafting is not None and self.drafting.method == "mtp"

    def at(self, version: str | None = None) -> Engine:
        """The engine as of a version or a date (`2025-07-22`); None means the newest profile.

        A vendor's own build (`0.9.0.2.dev108+g71faa18.d20250730.rocm641`) has eras of its own, by the day it was built
        where it states one: its number is that of the release it left, its kernels are not.
        """
        changes: dict[str, Any] = {}
        for profile in self.profiles:
            if version is None or reached(version, profile.since, profile.released):
                changes |= profile.changes
        found = replace(self, **changes) if changes else self
        if version is None or self.own_builds is None or self.own_builds not in version.lower():
            return found
        day = BUILT.search(version)
        era = self.at("-".join(day.groups())).era if day else found.era
        return replace(found, era=f"{era}-{self.own_builds}")

    def speculating(self, drafting: Drafting | None) -> Engine:
        """The engine with speculative decoding on, or off."""
        return replace(self, drafting=drafting)

    def fraction(self, ranks: int) -> float:
        """Memory fraction of a replica of `ranks` GPUs; by default some engines leave more room as ranks grow."""
        if self.settings.memory_fraction is not None:
            return self.settings.memory_fraction
        return next((share for least, share in self.fraction_by_ranks if ranks >= least), self.memory_fraction)

    def most_sequences(self, asked: int) -> int:
        """Sequences that run at once of those asked for: a server with cells for each has no more, and an engine whose
        runs nobody measured is taken with its default."""
        if self.ggml and not self.slots_share and self.settings.parallel is None:
            return min(asked, self.slots)
        own = self.known and not self.ggml and self.settings.max_num_seqs is None
        return min(asked, self.max_sequences) if own else asked

    def batched_tokens(self, gpu: Accelerator) -> int:
        """Token budget of one step on `gpu`."""
        s, usual = self.settings, (large(gpu) and self.max_batched_tokens_large) or self.max_batched_tokens
        if s.ubatch_size is not None:
            return min(s.ubatch_size, s.batch_size or s.ubatch_size)
        return usual if s.max_num_batched_tokens is None else s.max_num_batched_tokens

    def sequences(self, gpu: Accelerator) -> int:
        """Default number of sequences that run at once on `gpu`."""
        return (large(gpu) and self.max_sequences_large) or self.max_sequences


@dataclass(frozen=True)
class LargeGpu:
    """vLLM's rule for the larger defaults: so many GiB or more, and none of the named models."""

    least_gib: Annotated[int, Field(ge=1, le=1000)]
    not_named: Annotated[tuple[str, ...], Field(strict=False)]


@dataclass(frozen=True)
class EngineFile:
    """All of `engines.toml`."""

    large_gpu: LargeGpu
    engine: Annotated[tuple[Engine, ...], Field(strict=False)]


def large(gpu: Accelerator) -> bool:
    """Whether the larger defaults hold on `gpu`."""
    rule = _file().large_gpu
    return gpu.memory_bytes >= rule.least_gib * 2**30 and not gpu.name.startswith(rule.not_named)


@cache
def _file() -> EngineFile:
    tables = shipped_toml(DATA)
    found = (record_of(Engine, t, profiles=records_of(Profile, t.get("profiles", []))) for t in tables["engine"])
    return EngineFile(record_of(LargeGpu, tables["large_gpu"]), tuple(found))


@cache
def engines() -> dict[str, Engine]:
    """Every engine by id, in the order of the file."""
    return {engine.id: engine for engine in _file().engine}


def find_engine(name: str, version: str | None = None) -> Engine:
    """An engine by name, as of `version` (newest when None); raises InputError with the nearest three."""
    key = name.strip().lower().replace("_", "-")
    key = next((engine.id for engine in engines().values() if key in engine.aliases), key)
    if key in engines():
        return engines()[key].at(version)
    close = ", ".join(near(key, engines()))
    raise InputError(f"engine: {name[:40]!r} is not known (nearest: {close})")


def configured(name: str, settings: EngineSettings) -> Engine:
    """An engine by name as it is set, its version included; raises InputError for a setting that it does not have."""
    found = find_engine(name, settings.engine_version)
    offloaded = ["memory.cpu_offload_gib"] if settings.memory.cpu_offload_gib else []
    for stated, having in ((settings.of_ggml, "ggml"), (offloaded, "offloads_weights")):
        if stated and not getattr(found, having):
            names = " and ".join(engine.name for engine in engines().values() if getattr(engine, having))
            raise InputError(f"engine.{stated[0]}: is a setting of {names}, not of {found.name}")
    return replace(found, settings=settings)
