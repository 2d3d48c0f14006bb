"""The weight matrices of a model: one row for every kind of GEMM operand, with its shard rule.

Footprint and speed both read this table, so that a byte that is stored is a byte that is streamed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from models_db.schema import (
    Attention,
    CompressedAttention,
    Dense,
    LatentAttention,
    LinearAttention,
    Mixer,
    Model,
    Moe,
    Role,
    ShortConv,
    StateSpace,
)
from planner.frozen import dataclass

Shard = Literal["column", "row", "kv", "replicated", "vocab", "expert_column", "expert_row"]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`copies` tensors of `rows` (outputs) x `cols` (inputs); for expert shards a tensor holds `experts`."""

    name: str
    role: Role
    rows: int
    cols: int
    copies: int
    shard: Shard
    experts: int = 1
    topk: int = 1
    fused: int = 1
    kv_heads: int = 0
    bias: bool = False

    @property
    def elements(self) -> int:
        return self.rows * (self.cols + self.bias) * self.copies * self.experts


@lru_cache(maxsize=512)
def matrices(model: Model) -> tuple[Matrix, ...]:
    """Every GEMM operand of `model` plus the embedding; norms and biases are in `small_params`."""
    rows: list[Matrix] = []
    for group in model.layers:
        for mixer in group.mixers:
            rows += _mixer(model, mixer, group.count)
        for ffn in group.ffns:
            rows += _dense(model, ffn, group.count) if isinstance(ffn, Dense) else _moe(model, ffn, group.count)
    rows.append(Matrix("embed_tokens", "embedding", model.vocab, model.hidden, 1, "vocab"))
    if not model.tied_embeddings and model.task == "generate":
        rows.append(Matrix("lm_head", "head", model.vocab, model.hidden, 1, "vocab"))
    return tuple(rows)


def _mixer(model: Model, mixer: Mixer, count: int) -> list[Matrix]:
    if isinstance(mixer, Attention):
        return _attention(model, mixer, count)
    if isinstance(mixer, LatentAttention):
        return _latent(model, mixer, count)
    if isinstance(mixer, CompressedAttention):
        return _compressed(model, mixer, count)
    if isinstance(mixer, LinearAttention):
        return _linear(model, mixer, count)
    if isinstance(mixer, ShortConv):
        return _short_conv(model, count)
    return _state_space(model, mixer, count)


def _attention(model: Model, a: Attention, count: int) -> list[Matrix]:
    q_rows = a.heads * a.head_dim * (2 if a.gate else 1)
    q_in = a.q_rank or model.hidden
    out = [Matrix("q_proj", "attention", q_rows, q_in, count, "column")]
    if a.q_rank:
        out.insert(0, Matrix("q_a_proj", "attention", a.q_rank, model.hidden, count, "replicated"))
    if a.kv != "shared":
        parts = 1 if a.k_eq_v else 2
        kv_rows = a.kv_heads * (a.head_dim if a.k_eq_v else a.head_dim + a.v_dim)
        out.append(Matrix("kv_proj", "attention", kv_rows, model.hidden, count, "kv", fused=parts, kv_heads=a.kv_heads))
    out.append(Matrix("o_proj", "attention", model.hidden, a.heads * a.v_dim, count, "row"))
    if a.index_heads:
        out += _indexer(model, a.index_heads, a.index_dim, model.hidden, count, weights=False)
    return out


def _indexer(
    model: Model, heads: int, dim: int, q_in: int, count: int, *, weights: bool, overlap: int = 1
) -> list[Matrix]:
    out = [
        Matrix("index_q", "attention", heads * dim, q_in, count, "replicated"),
        Matrix("index_k", "attention", overlap * dim, model.hidden, count, "replicated"),
    ]
    if weights:
        out.append(Matrix("index_weights", "attention", heads, model.hidden, count, "replicated"))
    return out


def _latent(model: Model, a: LatentAttention, count: int) -> list[Matrix]:
    q_rows = a.heads * (a.nope_dim + a.rope_dim)
    out = []
    if a.q_rank:
        out.append(Matrix("q_a_proj", "attention", a.q_rank, model.hidden, count, "replicated"))
    out.append(Matrix("q_b_proj", "attention", q_rows, a.q_rank or model.hidden, count, "column"))
    out.append(Matrix("kv_a_proj", "attention", a.kv_rank + a.rope_dim, model.hidden, count, "replicated"))
    out.append(Matrix("kv_b_proj", "attention", a.heads * (a.nope_dim + a.v_dim), a.kv_rank, count, "column"))
    if a.gate:
        out.append(Matrix("g_proj", "attention", a.heads * a.v_dim, model.hidden, count, "column"))
    out.append(Matrix("o_proj", "attention", model.hidden, a.heads * a.v_dim, count, "row"))
    if a.index_heads:
        out += _indexer(model, a.index_heads, a.index_dim, a.q_rank or model.hidden, count, weights=True)
    return out


def _compressed(model: Model, a: CompressedAttention, count: int) -> list[Matrix]:
    out = [
        Matrix("q_a_proj", "attention", a.q_rank, model.hidden, count, "replicated"),
        Matrix("q_b_proj", "attention", a.heads * a.head_dim, a.q_rank, count, "column"),
        Matrix("kv_proj", "attention", a.head_dim, model.hidden, count, "replicated"),
        Matrix("o_a_proj", "attention", a.o_groups * a.o_rank, a.heads * a.head_dim // a.o_groups, count, "column"),
        Matrix("o_b_proj", "attention", model.hidden, a.o_groups * a.o_rank, count, "row"),
    ]
    if a.ratio:
        overlap = 2 if a.ratio < 32 else 1
        out.append(Matrix("compressor", "attention", 2 * overlap * a.head_dim, model.hidden, count, "replicated"))
    if a.index_heads:
        out += _indexer(model, a.index_heads, a.index_dim, a.q_rank, count, weights=True, overlap=4)
    return out


def _linear(model: Model, a: LinearAttention, count: int) -> list[Matrix]:
    k, v = a.k_heads * a.k_dim, a.v_heads * a.v_dim
    columns = {"gated_delta": 2 * k + 2 * v + 2 * a.v_heads, "kda": 2 * k + v + a.v_heads, "lightning": 2 * k + 2 * v}
    columns["rwkv7"] = 2 * k + v
    out = [Matrix("in_proj", "attention", columns[a.variant], model.hidden, count, "column")]
    if a.variant == "kda":
        out.append(Matrix("f_a_proj", "attention", a.k_dim, model.hidden, count, "replicated"))
        out.append(Matrix("f_b_proj", "attention", k, a.k_dim, count, "column"))
        if a.full_rank_gate:
            out.append(Matrix("g_proj", "attention", v, model.hidden, count, "column"))
        else:
            out.append(Matrix("g_a_proj", "attention", a.v_dim, model.hidden, count, "replicated"))
            out.append(Matrix("g_b_proj", "attention", v, a.v_dim, count, "column"))
    out.append(Matrix("out_proj", "attention", model.hidden, v, count, "row"))
    return out


def _state_space(model: Model, a: StateSpace, count: int) -> list[Matrix]:
    out_proj = Matrix("ssm_out_proj", "attention", model.hidden, a.inner, count, "row")
    if a.variant == "mamba2":
        rows = 2 * a.inner + 2 * a.groups * a.state + a.heads
        return [Matrix("ssm_in_proj", "attention", rows, model.hidden, count, "column"), out_proj]
    return [
        Matrix("ssm_in_proj", "attention", 2 * a.inner, model.hidden, count, "column"),
        Matrix("ssm_x_proj", "attention", a.dt_rank + 2 * a.state, a.inner, count, "row"),
        Matrix("ssm_dt_proj", "attention", a.inner, a.dt_rank, count, "column"),
        out_proj,
    ]


def _short_conv(model: Model, count: int) -> list[Matrix]:
    return [
        Matrix("conv_in_proj", "attention", 3 * model.hidden, model.hidden, count, "column"),
        Matrix("conv_out_proj", "attention", model.hidden, model.hidden, count, "row"),
    ]


def _dense(model: Model, f: Dense, count: int) -> list[Matrix]:
    up = 2 if f.gated else 1
    return [
        Matrix("gate_up_proj", "mlp", up * f.intermediate, model.hidden, count, "column", fused=up),
        Matrix("down_proj", "mlp", model.hidden, f.intermediate, count, "row"),
    ]


def _moe(model: Model, f: Moe, count: int) -> list[Matrix]:
    up, width = 2 if f.gated else 1, f.latent or model.hidden
    many: dict[str, Any] = {"experts": f.experts, "topk": _real_topk(f), "bias": f.bias}
    out = [
        Matrix("router", "router", f.experts + f.zero_experts, model.hidden, count, "replicated"),
        Matrix("experts_up", "expert", up * f.intermediate, width, count, "expert_column", fused=up, **many),
        Matrix("experts_down", "expert", width, f.intermediate, count, "expert_row", **many),
    ]
    if f.latent:
        out.append(Matrix("latent_in", "mlp", f.latent, model.hidden, count, "replicated"))
        out.append(Matrix("latent_out", "mlp", model.hidden, f.latent, count, "replicated"))
    if f.shared:
        out.append(Matrix("shared_up", "shared_expert", up * f.shared, model.hidden, count, "column", fused=up))
        out.append(Matrix("shared_down", "shared_expert", model.hidden, f.shared, count, "row"))
    return out


def _real_topk(f: Moe) -> int:
    """Experts that compute for a token on average: a zero expert takes its share of the choices."""
    return max(1, round(f.topk * f.experts / (f.experts + f.zero_experts)))


def total_params(model: Model) -> int:
    """Parameters of the main model: vision counted, a tied head once, MTP left out."""
    small = sum(group.count * group.small_params for group in model.layers)
    rest = model.small_params + model.lookup_params + model.unplaced_params + model.vision_params
    return sum(matrix.elements for matrix in matrices(model)) + small + rest


def active_params(model: Model) -> int:
    """Parameters that one token runs through: total less vision, unused experts; embeddings counted."""
    idle = sum(m.elements - m.elements // m.experts * m.topk for m in matrices(model) if m.role == "expert")
    return total_params(model) - model.vision_params - idle
