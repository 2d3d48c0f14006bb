"""Time of one engine step, operator by operator, for columns of designs and a grid of batch sizes.

A step carries `decode` sequences that each yield one token and `prefill` prompt tokens. With pipeline
stages the figures are those of a whole traverse: every stage works on its share of the batch in turn.
"""

from __future__ import annotations

import math
from dataclasses import field

import numpy as np

from models_db.cache import CacheLayer, cache_layers
from models_db.matrices import Matrix
from planner.errors import InputError
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.roofline import attention_flop, experts_touched, gemm_flop
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics import factors
from planner.physics.coefficient_parts import Operators
from planner.physics.coefficients import Coefficients
from planner.physics.communication import collectives
from planner.physics.design import Designs
from planner.physics.kv_cache import STATE_BYTES
from planner.physics.layers import eager_kernels, inner_elements, live_keys, unwindowed
from planner.physics.rates import Rates, rates
from planner.physics.shapes import Shapes, quantize_kernels, shapes_of
from planner.physics.speculation import Drafter, drafters
from planner.physics.work import StepTime, Term, Work, fixed, roofs, zero

# Attention families run different kernels; each is a term of its own.
DECODE_TERMS = {
    "gqa": "attention decode",
    "mla": "latent decode",
    "compressed": "latent decode",
    "linear": "state update",
    "ssm": "state update",
}


ON_HOST = "engine: no times are known for layers, experts or a cache in host memory; estimate and fit state the memory"


@dataclass(frozen=True)
class Load:
    """What a step carries. All D x B or broadcastable.

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


@dataclass(frozen=True)
class StepModel(Columns):
    """Step times of `designs`; the derated roofs are looked up once."""

    coefficients: Coefficients
    designs: Designs = field(metadata=COLUMN)
    rates: Rates = field(metadata=COLUMN)
    factors: dict[str, tuple[Array, Array, Array]] = field(metadata=COLUMN)
    matrices: tuple[Shapes, ...] = field(metadata=COLUMN)
    quantize_kernels: Array = field(metadata=COLUMN)
    vector_rows: Array = field(metadata=COLUMN)
    unwindowed: Array = field(metadata=COLUMN)
    absorbed: Array = field(metadata=COLUMN)
    drafters: tuple[Drafter, ...] = field(metadata=COLUMN)

    @classmethod
    def of(cls, designs: Designs, coefficients: Coefficients) -> StepModel:
        """The roofs of each design; raises InputError where a part of the model lies in host memory."""
        if any(engine.settings.on_host(designs.model.n_layers) for engine in designs.engines):
            raise InputError(ON_HOST)
        return cls(
            coefficients,
            designs,
            rates(designs, coefficients),
            factors.columns(designs, coefficients),
            tuple(shapes_of(designs, coefficients)),
            quantize_kernels(designs, coefficients),
            designs.of_engine("vector_rows")[:, None],
            unwindowed(designs.model, designs.engines, designs.engine)[:, None],
            designs.of_engine("absorbed_prompts")[:, None],
            tuple(drafters(designs, coefficients.speculation, lambda own: StepModel.of(own, coefficients))),
        )

    def step(self, load: Load) -> StepTime:
        exponent = self.coefficients.operators.roof_exponent
        work = self.work(load)
        return StepTime.of({name: Term.of(part, self.factors[name], exponent) for name, part in work.items()})

    def work(self, load: Load) -> dict[str, Work]:
        """Each term's seconds under each roof, at the achieved rates of the parts."""
        d = self.designs
        pp, dp = d.pp[:, None], d.dp[:, None]
        imbalance = np.where(dp > 1, self.coefficients.operators.dp_imbalance, 1.0)
        local = imbalance / (pp * dp)
        # A stage's batch and its busiest rank have whole sequences: one runs no faster for being alone on many GPUs.
        least = np.minimum(load.decode, 1.0)
        running = np.maximum(load.decode * local, least)
        rows = running * load.verified
        tokens = rows + load.prefill * local
        world = np.maximum(load.decode / pp, least) * load.verified + load.prefill / pp
        terms: dict[str, Work] = {name: zero() for name in ("linear", "experts", "head", "quantize")}
        for shapes in self.matrices:
            matrix = shapes.matrix
            name = "experts" if matrix.role == "expert" else "head" if matrix.shard == "vocab" else "linear"
            terms[name] = terms[name] + self._gemm(shapes, tokens, world, rows)
            terms["quantize"] = terms["quantize"] + self._quantize(shapes, tokens)
        terms |= {name: zero() for name in (*DECODE_TERMS.values(), "attention prefill", "state prefill")}
        for layer in cache_layers(d.model):
            name = DECODE_TERMS[layer.kind]
            terms[name] = terms[name] + self._decode(layer, load, running)
            name = "state prefill" if layer.kind in ("linear", "ssm") else "attention prefill"
            terms[name] = terms[name] + self._prefill(layer, load, local)
        terms["elementwise"] = self._elementwise(tokens, rows)
        terms["collectives"] = collectives(d, self.rates, tokens)
        terms["prefill start"] = self._prefill_start(load)
        terms["drafter"] = sum((drafter.work(load) for drafter in self.drafters), zero())
        terms["host"] = Work(np.zeros(1), self.rates.sequence_s * running, self.rates.step_s)
        return terms

    def _gemm(self, shapes: Shapes, tokens: Array, world: Array, sequences: Array) -> Work:
        d, r, matrix, o = self.designs, self.rates, shapes.matrix, self.coefficients.operators
        rows, cols, bits = shapes.rows, shapes.cols, shapes.bits
        narrow = r.grouped_flop_per_s if matrix.role == "expert" else r.quantized_flop_per_s
        rate: Array = np.where(shapes.narrow, narrow, r.wide_flop_per_s)
        bandwidth = r.bytes_per_s
        m: Array = tokens
        held: Array = 1.0
        launch = r.launch_s
        if matrix.role == "expert":
            ep = d.ep[:, None].astype(float)
            skew: Array = np.where(ep > 1, o.expert_skew, 1.0).astype(float)
            evenness, count, topk = o.routing_evenness, float(matrix.experts), float(matrix.topk)
            held = experts_touched(world, experts=count, topk=topk, evenness=evenness) / ep
            m = world * matrix.topk / ep * skew
            rate = rate * o.expert_compute
            bandwidth = bandwidth * o.expert_bandwidth
            routing = np.where(ep > 1, d.of_engine("ep_kernels")[:, None], 0.0)
            launch = launch * (_grouped_kernels(matrix, o) + routing)
        elif matrix.shard == "vocab":
            m = sequences
        # A tile is computed whole: half of one is lost on average. Matrix-vector kernels have none.
        tile = o.expert_tile_rows if matrix.role == "expert" else o.tile_rows
        tiled = m > self.vector_rows * held
        flop = gemm_flop(m + tile * held * tiled, rows, cols)
        nbytes = held * rows * cols * bits / 8.0 + m * (rows + cols) * 2.0
        return roofs(flop, nbytes, rate, bandwidth, launch, matrix.copies)

    def _quantize(self, shapes: Shapes, tokens: Array) -> Work:
        """Activations narrowed before a GEMM: a kernel of its own where scales are found at run time."""
        r, matrix = self.rates, shapes.matrix
        kernels = self.quantize_kernels * shapes.covered
        nbytes = kernels * tokens * matrix.topk * shapes.cols * 3.0
        return roofs(0.0, nbytes, r.wide_flop_per_s, r.bytes_per_s, kernels * r.launch_s, matrix.copies)

    def _decode(self, layer: CacheLayer, load: Load, n: Array) -> Work:
        d, r, o = self.designs, self.rates, self.coefficients.operators
        tp = d.tp[:, None]
        if layer.kind in ("linear", "ssm"):
            n = n * load.verified  # states are kept for each drafted token
            nbytes = 2.0 * n * layer.state_elements / tp * STATE_BYTES
            rate = r.bytes_per_s * o.state_bandwidth
            return roofs(
                2.0 * n * layer.state_elements / tp * 4.0, nbytes, r.wide_flop_per_s, rate, r.launch_s, layer.count
            )
        bits = np.array([kv.bits for kv in d.kv_formats])[d.kv][:, None]
        keys, index = live_keys(layer, load.context, self.unwindowed)
        heads = np.maximum(1.0, layer.heads / tp)
        kv_heads = np.maximum(1.0, np.ceil(layer.kv_heads / tp)) if layer.kv_heads else 1.0
        flop = attention_flop(
            n * load.verified, keys, heads=heads, score_dim=layer.score_dim, value_dim=layer.value_dim
        )
        flop = flop + 2.0 * n * index * layer.index_heads * layer.index_dim
        # Sequences go over a common prefix side by side, so that its blocks come from memory once.
        readers = n * (1.0 - load.shared) + np.minimum(n, 1.0) * load.shared
        element_bytes = keys * kv_heads * (layer.k_elements + layer.v_elements) * bits / 8.0
        nbytes = readers * (element_bytes + index * layer.index_dim)
        return roofs(
            flop,
            nbytes,
            r.wide_flop_per_s * o.attention_decode_compute,
            r.bytes_per_s * o.attention_decode_bandwidth,
            r.launch_s,
            layer.count,
        )

    def _prefill(self, layer: CacheLayer, load: Load, local: Array) -> Work:
        d, r = self.designs, self.rates
        tp, tokens = d.tp[:, None], load.prefill * local
        if layer.kind in ("linear", "ssm"):
            flop = 8.0 * tokens * layer.state_elements / tp
            return roofs(flop, 0.0, r.wide_flop_per_s, r.bytes_per_s, 0.0, layer.count)
        keys, index = live_keys(layer, np.asarray(load.prompt) / 2.0, self.unwindowed)
        heads = np.maximum(1.0, layer.heads / tp)
        width = np.where(self.absorbed, layer.score_dim + layer.value_dim, layer.prefill_dim)
        flop = 2.0 * tokens * (keys * heads * width + index * layer.index_heads * layer.index_dim)
        rate = r.wide_flop_per_s * self.coefficients.operators.attention_prefill_compute
        return roofs(flop, 0.0, rate, r.bytes_per_s, 0.0, layer.count)

    def _prefill_start(self, load: Load) -> Work:
        """Outside CUDA graphs, where steps with prompts and all steps of an eager engine run, the host launches every
        kernel."""
        each = self.coefficients.eager_kernels
        eager = self.designs.of_engine("eager")[:, None]
        launches = np.where(eager, each.dispatch, np.asarray(load.prefill) > 0.0)
        return fixed(self.rates.launch_s * eager_kernels(self.designs.model, each) * launches)

    def _elementwise(self, tokens: Array, sequences: Array) -> Work:
        """Norms, residuals, activations, and the sampler's passes over float32 logits."""
        d, r = self.designs, self.rates
        layers, tp = d.model.n_layers, d.tp[:, None]
        passes = self.coefficients.operators.elementwise_passes
        vectors = layers * passes * d.model.hidden + inner_elements(d.model) / tp
        nbytes = tokens * vectors * 2.0 + 4.0 * sequences * d.model.vocab * 4.0
        return roofs(0.0, nbytes, r.wide_flop_per_s, r.bytes_per_s, r.launch_s * layers, 1)


def _grouped_kernels(matrix: Matrix, operators: Operators) -> float:
    """Kernels that a grouped GEMM costs at least: itself, and finding, sorting and summing the picks of experts."""
    picks = matrix.topk * math.sqrt(matrix.experts)
    return operators.grouped_kernels + picks / operators.picks_a_kernel
