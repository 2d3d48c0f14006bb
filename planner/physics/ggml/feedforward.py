"""Feed-forward parts as llama.cpp builds them: see `graph`."""

from __future__ import annotations

from collections.abc import Callable

from models_db.schema import Dense, FeedForward, Moe
from planner.physics.ggml.allocator import Tensor
from planner.physics.ggml.graph import Graph
from planner.physics.ggml.stored import Stored


def fed(g: Graph, ffns: tuple[FeedForward, ...], stored: Stored, state: Tensor, rows: int, *, dense_on_cpu: bool,
        experts_on_cpu: bool) -> Tensor:  # fmt: skip
    """The residual stream behind one feed-forward part, for so many rows."""
    size = g.model.hidden * rows
    cur = g.norm(state, size, in_place=False)
    for ffn in ffns:
        if isinstance(ffn, Moe):
            cur = _experts(g, ffn, stored, cur, rows, dense_on_cpu=dense_on_cpu, experts_on_cpu=experts_on_cpu)
        else:
            cur = _dense(g, ffn, stored, cur, rows, on_cpu=dense_on_cpu)
    return g.add(size, cur, state, in_place=True)


def _times(g: Graph, rows_out: float, cur: Tensor, rows: int, weight: float, *more: Tensor) -> Tensor:
    if not weight or not g.run.device:
        return g.add(rows_out * rows, cur, *more)
    return g.add(rows_out * rows, cur, g.add(weight, width=1), *more)


def _gated(g: Graph, gated: bool, elements: float, product: Callable[[], Tensor]) -> Tensor:
    """The activation, or the gated product: over its operands, or beside them in builds with fused gates."""
    first = product()
    if not gated:
        return g.add(elements, first, in_place=True)
    if g.run.build.fused_gates:
        return g.add(elements, first, product())
    active = g.add(elements, first, in_place=True)
    return g.add(elements, active, product(), in_place=True)


def _dense(g: Graph, f: Dense, stored: Stored, cur: Tensor, rows: int, *, on_cpu: bool) -> Tensor:
    weight = stored.weight if on_cpu else stored.nothing
    wide = f.intermediate
    made = _gated(g, f.gated, wide * rows, lambda: _times(g, wide, cur, rows, weight("gate_up_proj") / (1 + f.gated)))
    return _times(g, g.model.hidden, made, rows, weight("down_proj"))


def _experts(
    g: Graph, f: Moe, stored: Stored, cur: Tensor, rows: int, *, dense_on_cpu: bool, experts_on_cpu: bool
) -> Tensor:
    weight = stored.weight if experts_on_cpu else stored.nothing
    hidden, top = g.model.hidden, f.topk
    logits = g.add(f.experts * rows, cur)
    probs = g.add(f.experts * rows, logits, in_place=True)
    chosen = g.view(g.add(f.experts * rows, probs))
    weights = g.add(top * rows, g.view(probs), chosen)
    weights = g.add(top * rows, weights, g.add(rows, g.view(weights)), in_place=True)
    inner = cur if not f.latent else g.add(f.latent * rows, cur)
    seen = g.view(inner)
    out_width = f.latent or hidden

    def product() -> Tensor:
        return _times(g, f.intermediate * top, seen, rows, weight("experts_up") / (1 + f.gated), chosen)

    made = _gated(g, f.gated, f.intermediate * top * rows, product)
    each = _times(g, out_width * top, made, rows, weight("experts_down"), chosen)
    each = g.add(out_width * top * rows, each, weights, in_place=True)
    total = g.view(each)
    for _ in range(max(1, top - 1)):
        total = g.add(out_width * rows, total, g.view(each), in_place=True)
    if f.latent:
        total = g.add(hidden * rows, total)
    if f.shared:
        shared = _dense(
            g, Dense(intermediate=f.shared, gated=f.gated), _as_shared(stored), cur, rows, on_cpu=dense_on_cpu
        )
        total = g.add(hidden * rows, total, shared, in_place=True)
    return total


def _as_shared(stored: Stored) -> Stored:
    return stored.renamed({"gate_up_proj": "shared_up", "down_proj": "shared_down"})
