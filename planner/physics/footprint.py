"""Memory of one GPU of a replica, by part, for columns of designs."""

from __future__ import annotations

from dataclasses import field, replace

import numpy as np

from hardware_db.schema import Accelerator
from models_db.matrices import total_params
from models_db.schema import Model
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.activation import activation_column, decoder_bytes
from planner.physics.adapters import adapter_bytes
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.encoder import leaves_out, takes_whole
from planner.physics.engines import Engine
from planner.physics.first_start import tuned_bytes
from planner.physics.ggml.cells import filled
from planner.physics.ggml.columns import processes
from planner.physics.graphs import charged, graph_bytes, outside_era, silent_ranks, through_nccl
from planner.physics.kernels import support
from planner.physics.offload import offloaded_bytes
from planner.physics.own_memory import own_bytes
from planner.physics.speculation import drafter_bytes
from planner.physics.split import Split
from planner.physics.weights import Loading, weights_bytes

# Contexts that vLLM took whole before it split prompts into chunks.
WHOLE_CONTEXT = 32_768
# What it took at least of a model with images or sound (config.py, _MULTIMODAL_MODEL_MAX_NUM_BATCHED_TOKENS).
MULTIMODAL_TOKENS = 5120


@dataclass(frozen=True, slots=True)
class Footprint(Columns):
    """Bytes on the fullest GPU of a replica; every field is a column, or D x L over batch limits."""

    total: Array = field(metadata=COLUMN)
    budget: Array = field(metadata=COLUMN)
    weights: Array = field(metadata=COLUMN)
    non_torch: Array = field(metadata=COLUMN)
    activation: Array = field(metadata=COLUMN)
    graphs: Array = field(metadata=COLUMN)
    kv_pool: Array = field(metadata=COLUMN)

    @property
    def fits(self) -> Array:
        return self.kv_pool > 0

    def parts(self) -> dict[str, Array]:
        return {
            "weights": self.weights,
            "kv_cache": self.kv_pool,
            "activation": self.activation,
            "cuda_graphs": self.graphs,
            "non_torch": self.non_torch,
        }


def footprint(
    designs: Designs, coefficients: Coefficients, *, max_sequences: Array, max_tokens: Array | None = None,
    fraction: float | None = None, total_bytes: float | None = None, eager: bool = False, logged: bool = False,
) -> Footprint:  # fmt: skip
    """Memory by part for each design (rows) and batch limit (columns of `max_sequences`, shape L).

    max_tokens: token budget of a step (default: the engine's on that GPU); fraction: overrides the engine's
    memory fraction; total_bytes: what the process sees of a GPU, where a log states it;
    eager: no CUDA graphs; logged: the pool as the engine's log states it, though its graphs may not fit beside it.
    """
    memory = coefficients.memory
    drafter = drafter_bytes(designs, _weights_column)[:, None]
    loaded = _weights_column(designs)
    weights = (loaded - offloaded_bytes(designs, loaded) + adapter_bytes(designs))[:, None] + drafter
    total = np.array([visible_bytes(g, memory) for g in designs.gpus])[designs.gpu][:, None]
    total = _or_stated(designs, "total_gib", GIB, total)
    if total_bytes is not None:
        total = np.full_like(total, total_bytes)
    free = np.minimum(_or_stated(designs, "free_gib", GIB, total), total)
    share = _fractions(designs)[:, None]
    if fraction is not None:
        share = np.full_like(share, fraction)
    ranks = (designs.tp * designs.dp)[:, None].astype(float)
    tokens = profiled_tokens(designs)[:, None] if max_tokens is None else np.asarray(max_tokens, dtype=float)
    limits, nccl = np.asarray(max_sequences, dtype=float), through_nccl(designs)
    activation = activation_column(designs, memory, tokens=tokens, sequences=limits)
    graphs = np.zeros_like(activation) if eager else graph_bytes(designs, memory, limits, tokens, nccl)
    own = processes(designs)
    of_ggml = ~np.isnan(own.weights)[:, None]
    weights = np.where(of_ggml, own.weights[:, None] + drafter, weights)
    activation = np.where(of_ggml, own.compute[:, None], activation)
    graphs = np.where(of_ggml, 0.0, graphs)
    outside = non_torch_bytes(designs, memory, ranks, nccl) + decoder_bytes(designs, memory, limits)
    outside = outside + tuned_bytes(designs, memory)[:, None]
    outside, activation = _as_logged(outside, activation, own_bytes(designs, coefficients.own))
    charge = graphs * memory.graph_estimate
    compute, cache = filled(designs, limits, free - weights - outside, share)
    activation = np.where(np.isnan(compute), activation, compute)
    parts = _by_policy(designs, total, free, share, weights, outside, activation, graphs, charge, drafter)
    parts = replace(parts, kv_pool=np.where(np.isnan(cache), parts.kv_pool, cache))
    parts = replace(parts, kv_pool=_or_stated(designs, "kv_cache_memory_bytes", 1.0, parts.kv_pool))
    beside = free - weights - parts.non_torch - activation - graphs
    # A cache whose size is set is there whole, or the process does not start.
    whole = own.cache[:, None]
    parts = replace(
        parts, kv_pool=np.where(np.isnan(whole), parts.kv_pool, np.where(whole <= beside, whole, beside - whole))
    )
    return parts if logged else replace(parts, kv_pool=np.minimum(parts.kv_pool, beside))


def _as_logged(outside: Array, activation: Array, more: Array) -> tuple[Array, Array]:
    """Memory outside PyTorch and of activations with `more`; what is less than nothing outside comes off the other."""
    return np.maximum(outside + more, 0.0), np.maximum(activation + np.minimum(outside + more, 0.0), 0.0)


def visible_bytes(gpu: Accelerator, memory: MemoryFigures) -> float:
    """What a process sees of a GPU: NVIDIA's driver keeps a part of what its own tool shows of a card."""
    card = gpu.maker == "" and "unified" not in gpu.memory_type
    kept = memory.driver_gib * GIB if card else 0.0
    return gpu.memory_bytes * (memory.driver_share if card else memory.shared_share) - kept


def _or_stated(designs: Designs, name: str, unit: float, usual: Array) -> Array:
    """A setting of memory in bytes where an engine has it, else what is usual; D x L."""
    stated = [getattr(e.settings.memory, name) for e in designs.engines]
    if all(value is None for value in stated):
        return usual
    sizes = np.array([np.nan if value is None else float(value) * unit for value in stated])[designs.engine][:, None]
    return np.where(np.isnan(sizes), usual, sizes)


def _fractions(designs: Designs) -> Array:
    """The engine's memory fraction at the replica's number of GPUs."""
    keys, inverse = designs.groups("engine", "tp", "pp", "dp")
    return np.array([designs.engines[e].fraction(tp * pp * dp) for e, tp, pp, dp in keys], dtype=float)[inverse]


def batched_tokens(designs: Designs) -> Array:
    """Token budget of a step, by design."""
    keys, inverse = designs.groups("engine", "gpu")
    return np.array([designs.engines[e].batched_tokens(designs.gpus[g]) for e, g in keys], dtype=float)[inverse]


def profiled_tokens(designs: Designs) -> Array:
    """Tokens of the profile run, by design: before chunked prefill vLLM ran one request of its whole context, and
    contexts longer than WHOLE_CONTEXT in chunks (vLLM 0.5, engine/arg_utils.py and config.py)."""
    asked, old = batched_tokens(designs), takes_whole(designs)
    if not old.any():
        return asked
    whole = np.zeros(len(designs.engines))
    for e, engine in enumerate(designs.engines):
        context = engine.settings.max_model_len or designs.model.max_context or 0
        set_to = engine.settings.max_num_batched_tokens is not None
        least = MULTIMODAL_TOKENS if designs.model.vision_params else 0
        free = engine.memory_policy == "share_of_total" and not set_to
        whole[e] = max(least, context if context <= WHOLE_CONTEXT else 0) if free else 0
    return np.maximum(asked, np.where(old, whole[designs.engine], 0))


def non_torch_bytes(designs: Designs, memory: MemoryFigures, ranks: Array, nccl: Array) -> Array:
    """Context and buffers of all-reduce kernels outside PyTorch's allocator, by engine and ranks.

    An engine looks at its memory after NCCL is up, so that ranks which reduce there alone add nothing within a machine.
    """
    eras = np.array([memory.non_torch_gib[outside_era(engine, designs.model)] for engine in designs.engines])
    alone = eras[designs.engine][:, None]
    each = np.where(silent_ranks(designs, nccl), 0.0, designs.of_engine("non_torch_rank_gib"))[:, None]
    return GIB * (alone + each * (np.minimum(ranks, memory.communicating_ranks) - 1.0))


def loading_of(engine: Engine, pad: tuple[int, int], model: Model) -> Loading:
    """How an engine loads the weights of a model whose kernel pads experts to `pad`."""
    whole = engine.memory_policy != "whole_at_start"
    return Loading(
        rope_table=whole,
        latent_copies=engine.latent_copies,
        vision=not leaves_out(model, engine),
        dense_over_dp=engine.dense_over_dp,
        embedding=not engine.embedding_on_host,
        expert_hidden=pad[0],
        expert_width=pad[1],
        stages=engine.settings.memory.stage_layers or (),
    )


def _weights_column(designs: Designs) -> Array:
    """Weights by design; each distinct (format, split, loading) is computed once."""
    pairs, pair = designs.groups("gpu", "fmt", "engine")
    pads = [support(designs.formats[f], designs.gpus[g], designs.engines[e].id).pad for g, f, e in pairs]
    keyed = [(e, pad) for pad, (_, _, e) in zip(pads, pairs, strict=True)]
    made = {(e, pad): loading_of(designs.engines[e], pad, designs.model) for e, pad in dict.fromkeys(keyed)}
    loads = [made[kind] for kind in keyed]
    distinct = {load: i for i, load in enumerate(dict.fromkeys(loads))}
    which = np.array([distinct[load] for load in loads], dtype=np.int64)[pair]
    keys, inverse = replace(designs, gpu=which).groups("fmt", "gpu", "tp", "pp", "ep", "dp")
    kinds = list(distinct)
    values = [
        weights_bytes(designs.model, designs.formats[f], Split(tp=tp, pp=pp, ep=ep, dp=dp), kinds[load])
        for f, load, tp, pp, ep, dp in keys
    ]
    drafting = designs.of_engine("own_layers")
    extra = designs.model.mtp_params / max(1.0, float(total_params(designs.model)))
    return np.array(values, dtype=float)[inverse] * np.where(drafting, 1.0 + extra, 1.0)


def _by_policy(
    designs: Designs, total: Array, free: Array, share: Array, weights: Array, non_torch: Array, activation: Array,
    graphs: Array, charge: Array, drafter: Array,
) -> Footprint:  # fmt: skip
    """The KV pool under each engine's rule; see the memory section of docs/method.md. What is stated as free is so
    before the load, with the context and NCCL up. A static share is divided before the drafter is loaded, which goes
    into the rest."""
    policy = designs.of_engine("memory_policy")[:, None]
    inside = charged(designs)[:, None]
    spent = weights + non_torch + activation
    of_total = total * share - spent - np.where(inside, charge, 0.0)
    static = np.minimum(total - non_torch, free) * share - (weights - drafter)
    of_free = (free - spent - graphs) * share
    pool = np.select([policy == "share_of_total", policy == "static_share"], [of_total, static], of_free)
    return Footprint(total, total * share, weights, non_torch, activation, graphs, pool)
