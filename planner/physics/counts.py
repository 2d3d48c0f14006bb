"""What a step asks of a GPU, before any rate: FLOP, bytes and kernels by kind of operator, for columns of cuts.

Counts are named by their term and what is counted; `planner/physics/units.py` says what each takes.
"""

from __future__ import annotations

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.matrices import Matrix
from planner.formulas.roofline import attention_flop
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.cuts import Cuts
from planner.physics.gemms import GemmRows, product
from planner.physics.kv_cache import STATE_BYTES
from planner.physics.layers import eager_kernels, inner_elements, live_keys

# Attention families run different kernels; each is a term of its own.
DECODE_TERMS = {
    "gqa": "attention decode",
    "mla": "latent decode",
    "compressed": "latent decode",
    "linear": "state update",
    "ssm": "state update",
}
STATES = ("linear", "ssm")
Counts = dict[str, Array]


@dataclass(frozen=True)
class Load:
    """What a step carries. All C x B over the cuts of a step model, or broadcastable.

    decode: sequences that each yield a token; context: mean live tokens of one; prefill: prompt tokens; prompt:
    length of the prompts; verified: tokens that a step computes for a sequence, drafts included; shared: share of
    the context that all sequences have in common.
    """

    decode: Array
    context: Array
    prefill: Array = 0.0
    prompt: Array = 0.0
    verified: Array = 1.0
    shared: Array = 0.0


@dataclass(frozen=True, slots=True)
class Ranks:
    """A load as the busiest rank has it, C x B: sequences that run, tokens, tokens of all ranks that experts are spread
    over, prompt tokens."""

    running: Array
    rows: Array
    tokens: Array
    world: Array
    prompts: Array

    @classmethod
    def of(cls, cuts: Cuts, load: Load, dp_imbalance: float) -> Ranks:
        pp, dp = cuts.designs.pp[:, None], cuts.designs.dp[:, None]
        local = np.where(dp > 1, dp_imbalance, 1.0) / (pp * dp)
        # A stage's batch and its busiest rank have whole sequences: one runs no faster for being alone on many GPUs.
        least = np.minimum(load.decode, 1.0)
        running = np.maximum(load.decode * local, least)
        rows, prompts = running * load.verified, load.prefill * local
        world = np.maximum(load.decode / pp, least) * load.verified + load.prefill / pp
        return cls(running, rows, rows + prompts, world, prompts)


def counts(cuts: Cuts, load: Load, ranks: Ranks, coefficients: Coefficients) -> Counts:
    """All that is counted, C x B or broadcastable; collectives and drafters apart."""
    found: Counts = {}
    model, operators = cuts.designs.model, coefficients.operators
    through = GemmRows(ranks.tokens, ranks.world, ranks.rows)
    for shapes in cuts.matrices:
        _add(found, kind_of(shapes.matrix), product(cuts.designs, shapes, cuts.vector_rows, operators, through))
        narrowed = shapes.matrix.copies * shapes.covered
        nbytes = narrowed * ranks.tokens * shapes.matrix.topk * shapes.cols * 3.0
        _add(found, "quantize", {"bytes": nbytes, "kernels": narrowed.astype(float)})
    for layer in cache_layers(model):
        _add(found, DECODE_TERMS[layer.kind], _decode(cuts, layer, load, ranks.running))
        _add(
            found, "state prefill" if layer.kind in STATES else "attention prefill", _prefill(cuts, layer, load, ranks)
        )
    _add(found, "elementwise", _elementwise(cuts, ranks, operators.elementwise_passes))
    each = coefficients.eager_kernels
    # Outside CUDA graphs (steps with prompts, all steps of an eager engine) the host launches every kernel.
    launches = np.where(cuts.designs.of_engine("eager")[:, None], each.dispatch, np.asarray(load.prefill) > 0.0)
    _add(found, "prefill start", {"kernels": eager_kernels(model, each) * launches})
    _add(found, "host", {"sequences": ranks.running, "steps": np.ones((1, 1))})
    return found


def cache_counts(cuts: Cuts, load: Load, ranks: Ranks) -> Counts:
    """What a step without prompts counts in the terms that the context of its sequences changes."""
    found: Counts = {}
    for layer in cache_layers(cuts.designs.model):
        if layer.kind not in STATES:
            _add(found, DECODE_TERMS[layer.kind], _decode(cuts, layer, load, ranks.running))
    return found


def kind_of(matrix: Matrix) -> str:
    """The term of a step that a matrix is part of."""
    return "experts" if matrix.role == "expert" else "head" if matrix.shard == "vocab" else "linear"


def _add(found: Counts, term: str, more: Counts) -> None:
    for what, count in more.items():
        name = f"{term} {what}"
        found[name] = found[name] + count if name in found else np.atleast_2d(count)


def _decode(cuts: Cuts, layer: CacheLayer, load: Load, n: Array) -> Counts:
    tp, kernels = cuts.designs.tp[:, None], np.full((1, 1), float(layer.count))
    if layer.kind in STATES:
        # States are kept for each drafted token.
        elements = layer.count * 2.0 * n * load.verified * layer.state_elements / tp
        return {"flop": elements * 4.0, "bytes": elements * STATE_BYTES, "kernels": kernels}
    keys, index = live_keys(layer, load.context, cuts.unwindowed)
    heads = np.maximum(1.0, layer.heads / tp)
    kv_heads = np.maximum(1.0, np.ceil(layer.kv_heads / tp)) if layer.kv_heads else 1.0
    flop = attention_flop(n * load.verified, keys, heads=heads, score_dim=layer.score_dim, value_dim=layer.value_dim)
    flop = layer.count * (flop + 2.0 * n * index * layer.index_heads * layer.index_dim)
    # Sequences go over a common prefix side by side, so that its blocks come from memory once.
    readers = layer.count * (n * (1.0 - load.shared) + np.minimum(n, 1.0) * load.shared)
    elements = readers * keys * kv_heads * (layer.k_elements + layer.v_elements)
    return {"flop": flop, "elements": elements, "bytes": readers * index * layer.index_dim, "kernels": kernels}


def _prefill(cuts: Cuts, layer: CacheLayer, load: Load, ranks: Ranks) -> Counts:
    tp, tokens = cuts.designs.tp[:, None], layer.count * ranks.prompts
    if layer.kind in STATES:
        return {"flop": 8.0 * tokens * layer.state_elements / tp}
    keys, index = live_keys(layer, np.asarray(load.prompt) / 2.0, cuts.unwindowed)
    heads = np.maximum(1.0, layer.heads / tp)
    width = np.where(cuts.absorbed, layer.score_dim + layer.value_dim, layer.prefill_dim)
    return {"flop": 2.0 * tokens * (keys * heads * width + index * layer.index_heads * layer.index_dim)}


def _elementwise(cuts: Cuts, ranks: Ranks, passes: float) -> Counts:
    """Norms, residuals, activations, and the sampler's passes over float32 logits."""
    model = cuts.designs.model
    vectors = model.n_layers * passes * model.hidden + inner_elements(model) / cuts.designs.tp[:, None]
    nbytes = ranks.tokens * vectors * 2.0 + 4.0 * ranks.rows * model.vocab * 4.0
    return {"bytes": nbytes, "kernels": np.full((1, 1), float(model.n_layers))}
