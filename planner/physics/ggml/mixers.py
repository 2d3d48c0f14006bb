"""Attention and what stands in its place, as llama.cpp builds them: see `graph`."""

from __future__ import annotations

from models_db.cache import cache_layers
from models_db.schema import (
    Attention,
    CompressedAttention,
    LatentAttention,
    LinearAttention,
    Mixer,
    ShortConv,
    StateSpace,
)
from planner.physics.ggml.allocator import Tensor
from planner.physics.ggml.graph import Graph
from planner.physics.ggml.stored import Stored

# Classes whose file has one tensor for query, key and value.
FUSED = (
    "Phi3ForCausalLM", "ChatGLMModel", "BloomForCausalLM", "GPTNeoXForCausalLM", "FalconForCausalLM",
    "DbrxForCausalLM", "GPTBigCodeForCausalLM", "NomicBertModel",
)  # fmt: skip


def mixed(g: Graph, mixer: Mixer, stored: Stored, state: Tensor, *, on_cpu: bool, rows: int | None = None) -> Tensor:
    """The residual stream behind one mixer; the last layer goes on with `rows` of it."""
    cur = g.norm(state, g.model.hidden * g.tokens, in_place=False) if stored.cached else state
    if isinstance(mixer, LatentAttention):
        cur = _latent(g, mixer, stored, cur, on_cpu)
    elif isinstance(mixer, Attention | CompressedAttention):
        cur = _attention(g, mixer, stored, cur, on_cpu)
    else:
        cur = _recurrent(g, mixer, stored, cur, on_cpu)
    if rows is not None:
        cur, state = (g.add(g.model.hidden * rows, whole) for whole in (cur, state))
    return g.add(g.model.hidden * (g.tokens if rows is None else rows), cur, state, in_place=True)


def _attention(g: Graph, a: Attention | CompressedAttention, stored: Stored, cur: Tensor, on_cpu: bool) -> Tensor:
    heads, dim = a.heads, a.head_dim
    kv_heads = a.kv_heads if isinstance(a, Attention) else 1
    v_dim = a.v_dim if isinstance(a, Attention) else a.head_dim
    gate = isinstance(a, Attention) and a.gate
    weight = stored.weight if on_cpu else stored.nothing
    shared = isinstance(a, Attention) and a.kv in ("shared", "none")
    if g.model.architecture in FUSED and not shared:
        whole = g.product(heads * dim + kv_heads * (dim + v_dim), cur, weight("q_proj") + weight("kv_proj"))
        q, k = (g.add(n * g.tokens, g.view(g.add(n * g.tokens, g.view(whole)))) for n in (heads * dim, kv_heads * dim))
        v = g.add(kv_heads * v_dim * g.tokens, g.view(whole))
    else:
        q = g.product(heads * dim * (2 if gate else 1), cur, weight("q_proj"))
        if gate:
            whole, q = q, g.add(heads * dim * g.tokens, g.view(q))
        q = g.add(heads * dim * g.tokens, g.view(q), in_place=True)
        if not shared:
            k = g.product(kv_heads * dim, cur, weight("kv_proj") / 2)
            k = g.add(kv_heads * dim * g.tokens, g.view(k), in_place=True)
            v = g.product(kv_heads * v_dim, cur, weight("kv_proj") / 2)
    cells = g.tokens if not stored.cached else stored.cells(a.window)
    if stored.cached and not shared:
        g.store(k)
        g.store(v)
    held = () if stored.cached or shared else (k, v if g.run.flash else g.add(kv_heads * v_dim * g.tokens, g.view(v)))
    copies = stored.cache_copies(g, kv_heads * dim, kv_heads * v_dim, cells) if on_cpu else ()
    out = attended(g, q, heads, heads * v_dim, (a.window is not None, cells), (*held, *copies))
    if gate:
        sigmoid = g.add(heads * dim * g.tokens, g.view(whole))
        out = g.add(heads * v_dim * g.tokens, out, g.add(heads * dim * g.tokens, sigmoid, in_place=True), in_place=True)
    return g.product(g.model.hidden, g.view(out), weight("o_proj"))


def attended(g: Graph, q: Tensor, heads: int, width: int, held: tuple[bool, int], beside: tuple[Tensor, ...]) -> Tensor:
    """Softmax attention of all heads over the cells (whether of a window, and how many); `width` is that of its output,
    all heads together."""
    q, cells = g.view(q), held[1]
    if g.run.kv_on_cpu and g.run.device:
        g.store(q)
        return g.feed(width * g.tokens)
    if g.run.flash:
        return g.add(width * g.tokens, q, g.mask(*held), *beside)
    kq = g.add(cells * g.tokens * heads, q, *beside)
    kq = g.add(cells * g.tokens * heads, kq, g.mask(*held), in_place=True)
    return g.add(width * g.tokens, g.view(g.add(width * g.tokens, kq, *beside)))


def _latent(g: Graph, a: LatentAttention, stored: Stored, cur: Tensor, on_cpu: bool) -> Tensor:
    weight = stored.weight if on_cpu else stored.nothing
    t, score = g.tokens, a.nope_dim + a.rope_dim
    source = cur
    if a.q_rank:
        source = g.norm(g.product(a.q_rank, cur, weight("q_a_proj")), a.q_rank * t)
    q = g.product(a.heads * score, source, weight("q_b_proj"))
    latent = g.product(a.kv_rank + a.rope_dim, cur, weight("kv_a_proj"))
    q_pe = g.add(a.heads * a.rope_dim * t, g.view(q))
    k_pe = g.add(a.rope_dim * t, g.view(latent))
    compressed = g.norm(g.view(latent), a.kv_rank * t)
    if g.run.build.latent_cache:
        return _absorbed(g, a, stored, (q, q_pe, k_pe, compressed), on_cpu)
    kv = g.product(a.heads * (a.nope_dim + a.v_dim), compressed, weight("kv_b_proj"))
    v = g.add(a.heads * a.v_dim * t, g.view(kv))
    q = g.add(a.heads * score * t, g.view(q), q_pe)
    k = g.add(a.heads * score * t, g.view(kv), g.add(a.heads * a.rope_dim * t, k_pe))
    g.store(k)
    g.store(v)
    cells = stored.cells(None)
    copies = stored.cache_copies(g, a.heads * score, a.heads * a.v_dim, cells) if on_cpu else ()
    out = attended(g, q, a.heads, a.heads * a.v_dim, (False, cells), copies)
    return g.product(g.model.hidden, g.view(out), weight("o_proj"))


def _absorbed(
    g: Graph, a: LatentAttention, stored: Stored, parts: tuple[Tensor, Tensor, Tensor, Tensor], on_cpu: bool
) -> Tensor:
    weight = stored.weight if on_cpu else stored.nothing
    q, q_pe, k_pe, compressed = parts
    t, width = g.tokens, a.kv_rank + a.rope_dim
    absorbed = g.product(a.heads * a.kv_rank, g.view(q), weight("kv_b_proj") / 2)
    q = g.add(a.heads * width * t, q_pe, g.view(absorbed))
    k = g.add(width * t, k_pe, g.view(compressed))
    g.store(k)
    if g.run.build.latent_twice:
        g.store(g.view(compressed))
    cells = stored.cells(None)
    copies = stored.cache_copies(g, width, a.kv_rank, cells) if on_cpu else ()
    out = attended(g, q, a.heads, a.heads * a.kv_rank, (False, cells), copies)
    out = g.product(a.heads * a.v_dim, g.view(out), weight("kv_b_proj") / 2)
    return g.product(g.model.hidden, g.view(g.add(a.heads * a.v_dim * t, g.view(out))), weight("o_proj"))


def _recurrent(
    g: Graph, a: LinearAttention | StateSpace | ShortConv, stored: Stored, cur: Tensor, on_cpu: bool
) -> Tensor:
    """Convolution, then the recurrence over a state of each sequence, then the way out."""
    weight = stored.weight if on_cpu else stored.nothing
    layer = next(c for c in cache_layers(g.model) if c.kind in ("linear", "ssm"))
    t, n = g.tokens, g.run.n_parallel
    if isinstance(a, ShortConv):
        wide = g.product(3 * g.model.hidden, cur, weight("conv_in_proj"))
        mixed_in = g.add(g.model.hidden * t, g.view(wide), g.view(wide))
        held = g.add(g.model.hidden * (t + n * (a.conv - 1)), mixed_in)
        out = g.add(g.model.hidden * t, g.add(g.model.hidden * t, held), g.view(wide), in_place=True)
        return g.product(g.model.hidden, g.view(out), weight("conv_out_proj"))
    if isinstance(a, LinearAttention):
        width, inner, gates = 2 * a.k_heads * a.k_dim + a.v_heads * a.v_dim, a.v_heads * a.v_dim, 2 * a.v_heads
        conv = a.conv
    else:
        width, inner, gates, conv = layer.conv_elements // max(1, a.conv - 1), a.inner, a.heads, a.conv
    qkv = g.product(width, cur, weight("in_proj") or weight("ssm_in_proj"))
    z = g.product(inner, cur, 0.0)
    small = g.product(gates, cur, 0.0)
    state = g.add(layer.state_elements * n)
    joined = g.add(width * (t + n * max(0, conv - 1)), g.add(layer.conv_elements * n), g.view(qkv))
    mixed_in = g.add(width * t, g.add(width * t, joined), in_place=True)
    keys = [g.add((width - inner) / 2 * t, g.view(mixed_in)) for _ in range(2)] if width > inner else []
    out = g.add(inner * t + layer.state_elements * n, mixed_in, state, small, *keys)
    g.store(g.view(out))
    normed = g.norm(g.view(out), inner * t)
    gated = g.add(inner * t, normed, g.add(inner * t, z, in_place=True), in_place=True)
    return g.product(g.model.hidden, g.view(gated), weight("out_proj") or weight("ssm_out_proj"))
