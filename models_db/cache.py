"""What a model keeps for every sequence: KV elements by layer kind, windows, latents, states."""

from __future__ import annotations

from functools import lru_cache

from models_db.schema import (
    Attention,
    CompressedAttention,
    LatentAttention,
    LinearAttention,
    Mixer,
    Model,
    ShortConv,
    StateSpace,
)
from planner.frozen import dataclass


@dataclass(frozen=True, slots=True)
class CacheLayer:
    """`count` layers with the same cache and the same attention shape.

    `kv_heads` 0 marks a latent that every tensor-parallel rank holds whole. `heads`, `score_dim` and
    `value_dim` give the decode FLOPs, 2 * heads * (score_dim + value_dim) per query and key; prefill runs on
    the expanded heads, whose score and value width together is `prefill_dim`.
    """

    kind: str
    count: int
    heads: int = 0
    kv_heads: int = 0
    k_elements: int = 0
    v_elements: int = 0
    score_dim: int = 0
    value_dim: int = 0
    prefill_dim: int = 0
    window: int | None = None
    ratio: int = 1
    sparse_topk: int | None = None
    index_heads: int = 0
    index_dim: int = 0
    state_elements: int = 0
    conv_elements: int = 0
    stored: bool = True
    image_only: bool = False
    chunked: bool = False

    @property
    def elements_per_token(self) -> int:
        """K and V elements of one token in one of these layers, unsharded."""
        return (self.k_elements + self.v_elements) * max(1, self.kv_heads) if self.stored else 0


@lru_cache(maxsize=512)
def cache_layers(model: Model) -> tuple[CacheLayer, ...]:
    """One entry for every (layer group, mixer) of `model`."""
    return tuple(_layer(mixer, group.count, model.hidden) for group in model.layers for mixer in group.mixers)


def _layer(m: Mixer, count: int, hidden: int) -> CacheLayer:
    if isinstance(m, Attention):
        return CacheLayer(
            kind="gqa",
            count=count,
            heads=m.heads,
            kv_heads=m.kv_heads,
            k_elements=m.head_dim,
            v_elements=m.v_dim,
            score_dim=m.head_dim,
            value_dim=m.v_dim,
            prefill_dim=m.head_dim + m.v_dim,
            window=m.window,
            chunked=m.chunked,
            sparse_topk=m.sparse_topk,
            index_heads=m.index_heads,
            index_dim=m.index_dim,
            stored=m.kv in ("own", "image"),
            image_only=m.kv == "image",
        )
    if isinstance(m, LatentAttention):
        return CacheLayer(
            kind="mla",
            count=count,
            heads=m.heads,
            k_elements=m.kv_rank,
            v_elements=m.rope_dim,
            score_dim=m.kv_rank + m.rope_dim,
            value_dim=m.kv_rank,
            prefill_dim=m.nope_dim + m.rope_dim + m.v_dim,
            sparse_topk=m.sparse_topk,
            index_heads=m.index_heads,
            index_dim=m.index_dim,
        )
    if isinstance(m, CompressedAttention):
        return CacheLayer(
            kind="compressed",
            count=count,
            heads=m.heads,
            k_elements=m.head_dim,
            score_dim=m.head_dim,
            value_dim=m.head_dim,
            prefill_dim=2 * m.head_dim,
            window=m.window,
            ratio=m.ratio or 0,
            sparse_topk=m.sparse_topk,
            index_heads=m.index_heads,
            index_dim=m.index_dim,
        )
    return _stateful(m, count, hidden)


def _stateful(m: LinearAttention | StateSpace | ShortConv, count: int, hidden: int) -> CacheLayer:
    if isinstance(m, ShortConv):
        return CacheLayer(kind="ssm", count=count, heads=1, conv_elements=hidden * (m.conv - 1), stored=False)
    if isinstance(m, LinearAttention):
        width = 2 * m.k_heads * m.k_dim + m.v_heads * m.v_dim
        return CacheLayer(
            kind="linear",
            count=count,
            heads=m.v_heads,
            score_dim=m.k_dim,
            value_dim=m.v_dim,
            state_elements=m.v_heads * m.k_dim * m.v_dim,
            conv_elements=width * max(0, m.conv - 1),
            stored=False,
        )
    width = m.inner + (2 * m.groups * m.state if m.variant == "mamba2" else 0)
    return CacheLayer(
        kind="ssm",
        count=count,
        heads=m.heads,
        score_dim=m.state,
        value_dim=m.inner // m.heads,
        state_elements=m.inner * m.state,
        conv_elements=width * (m.conv - 1),
        stored=False,
    )


def kv_elements_per_token(model: Model) -> float:
    """KV elements of one token over all layers whose cache grows with the context, unsharded."""
    total = 0.0
    for layer in cache_layers(model):
        if layer.kind == "compressed":
            total += layer.count * layer.elements_per_token / layer.ratio if layer.ratio else 0
        elif not layer.image_only and layer.window is None:
            total += layer.count * layer.elements_per_token
    return total


def state_elements_per_sequence(model: Model) -> int:
    """Recurrent state elements of one sequence, convolution states left out."""
    return sum(layer.count * layer.state_elements for layer in cache_layers(model))
