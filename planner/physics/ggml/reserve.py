"""Sizes of llama.cpp's compute buffers: of the device that needs most, and of the host."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise

from models_db.cache import cache_layers
from models_db.formats import Format, find_format
from models_db.schema import Attention, CompressedAttention, LatentAttention, Layers, Model
from planner.frozen import dataclass
from planner.physics.ggml.allocator import Tensor, buffer_bytes
from planner.physics.ggml.feedforward import fed
from planner.physics.ggml.graph import COPIES, FLOAT, HALF, OFFLOAD_BATCH, Graph
from planner.physics.ggml.mixers import mixed
from planner.physics.ggml.settings import Process
from planner.physics.ggml.stored import Stored
from planner.physics.ggml.windows import ATTENTION, applies_windows, has_cache
from planner.physics.kernels import HALF as HALF_TYPES

WHATEVER = HALF_TYPES[0]
ALIKE = 2  # layers of a kind after which the allocator repeats itself


@dataclass(frozen=True, slots=True)
class ComputeBuffers:
    """Compute buffers in bytes: of each device, and of the host (graph inputs; all of it where no device computes)."""

    devices: tuple[float, ...]
    host: float

    @property
    def largest(self) -> float:
        return max(self.devices, default=self.host)


@dataclass(frozen=True, slots=True)
class _Layer:
    group: Layers
    on_cpu: bool
    experts_on_cpu: bool


def compute_buffers(model: Model, fmt: Format, run: Process) -> ComputeBuffers:
    """The buffers that a process reserves at start, and prints as "compute buffer size".

    With everything on devices neither the format of the weights nor the type of the cache is in the graph.
    """
    if run.layers_on_cpu or run.experts_on_cpu or run.output_on_cpu:
        return _computed(model, fmt, run)
    return _computed(model, find_format(WHATEVER), replace(run, k_bits=16.0, v_bits=16.0))


@lru_cache(maxsize=4096)
def _computed(model: Model, fmt: Format, run: Process) -> ComputeBuffers:
    layers = _layers(model, run)
    if not run.device:
        return ComputeBuffers((), _bytes(model, fmt, run, layers, first=True, last=True))
    ends = [0, *accumulate(run.dealt(len(layers)))]
    parts = [layers[a:b] for a, b in pairwise(ends)]
    # Devices between the first and the last hold the same kinds of layers: their graphs are made once.
    known: dict[tuple[object, ...], float] = {}
    sizes = []
    for i, part in enumerate(parts):
        few, first, last = _few(part), i == 0, i == len(parts) - 1
        kind = (*((id(layer.group), layer.on_cpu, layer.experts_on_cpu) for layer in few), first, last)
        if kind not in known:
            known[kind] = _bytes(model, fmt, run, few, first=first, last=last)
        sizes.append(known[kind])
    return ComputeBuffers(tuple(sizes), _host(model, run))


def _layers(model: Model, run: Process) -> list[_Layer]:
    """All layers as they follow each other, and where their tensors lie."""
    groups = in_order(model)
    least = run.tokens >= OFFLOAD_BATCH and run.op_offload
    return [_Layer(g, least and i < run.layers_on_cpu, least and i < max(run.experts_on_cpu, run.layers_on_cpu))
            for i, g in enumerate(groups)]  # fmt: skip


def in_order(model: Model) -> list[Layers]:
    """The kind of each layer: leading dense layers first, the kinds of the others evenly spread."""
    first = model.layers[:1] if model.leading_dense else ()
    rest = model.layers[len(first) :]
    spread = sorted(((i + 0.5) / group.count, k) for k, group in enumerate(rest) for i in range(group.count))
    return [group for group in first for _ in range(group.count)] + [rest[k] for _, k in spread]


def _few(layers: list[_Layer]) -> list[_Layer]:
    """The same with at most a few layers of each kind."""
    seen: dict[tuple[int, bool, bool], int] = {}
    kept = []
    for layer in layers:
        kind = (id(layer.group), layer.on_cpu, layer.experts_on_cpu)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= ALIKE:
            kept.append(layer)
    return kept


def _bytes(model: Model, fmt: Format, run: Process, layers: list[_Layer], *, first: bool, last: bool) -> float:
    """Buffer of one device that holds `layers`; of the host where there is none."""
    g, stored = Graph(model, run, first), Stored(model, fmt, run)
    state = _begin(g, layers, stored)
    few = _few(layers)
    for i, layer in enumerate(few):
        ends = last and i == len(few) - 1
        few_rows = ends and stored.cached
        for j, mixer in enumerate(layer.group.mixers):
            cut = few_rows and j == len(layer.group.mixers) - 1
            state = mixed(g, mixer, stored, state, on_cpu=layer.on_cpu, rows=g.run.outputs if cut else None)
        rows = g.run.outputs if few_rows and layer.group.mixers else g.tokens
        if layer.group.ffns:
            state = fed(g, layer.group.ffns, stored, state, rows, dense_on_cpu=layer.on_cpu,
                        experts_on_cpu=layer.experts_on_cpu)  # fmt: skip
    if last:
        _finish(g, stored, state)
    return float(buffer_bytes(g.nodes, g.inputs))


def _begin(g: Graph, layers: list[_Layer], stored: Stored) -> Tensor:
    """The inputs, in the order in which the first layer reads them."""
    width = g.model.hidden * g.tokens
    if not g.run.device:
        g.feed(g.tokens)
        embedded = [g.feed(width)] if g.run.build.two_inputs else []
        state = g.add(width, *embedded)
    else:
        state = g.feed(width)
    if _positioned(g.model):
        state = g.add(width, state, g.feed(width), in_place=True)
    small = g.feed(g.tokens)
    if not layers or not layers[0].on_cpu:
        for windowed, cells in _cells(g, layers, stored):
            g.raw_mask(windowed, cells)
    g.nodes.append(Tensor(0, (small,), external=True))
    return state


def _positioned(model: Model) -> bool:
    """Whether rows of a table of positions are added to the embeddings."""
    return not has_cache(model) and ("Bert" in model.architecture or "XLMRoberta" in model.architecture)


def _cells(g: Graph, layers: list[_Layer], stored: Stored) -> list[tuple[bool, int]]:
    """Masks that attention in these layers reads: whether of a window, and its cells."""
    kinds = (Attention, LatentAttention, CompressedAttention)
    mixers = [m for layer in layers for m in layer.group.mixers if isinstance(m, kinds)]
    if g.run.kv_on_cpu and g.run.device:
        return []
    windows = [None if isinstance(m, LatentAttention) else m.window for m in mixers]
    return list(dict.fromkeys((w is not None, stored.cells(w) if stored.cached else g.tokens) for w in windows))


def _finish(g: Graph, stored: Stored, state: Tensor) -> None:
    """The last norm and the logits; a model that embeds has neither."""
    if not stored.cached:
        return
    rows = g.run.outputs
    final = g.norm(state, g.model.hidden * rows)
    if g.model.task == "embed":
        return
    moved = g.run.output_on_cpu and rows >= OFFLOAD_BATCH and g.run.op_offload and g.run.device
    if g.run.output_on_cpu and not moved and g.run.device:
        return
    name = "embed_tokens" if g.model.tied_embeddings else "lm_head"
    weight = [g.add(stored.weight(name), width=1)] if moved else []
    logits = g.add(g.model.vocab * rows, final, *weight)
    logits.kept = True


def _host(model: Model, run: Process) -> float:
    """Inputs of the graph in host memory: masks, embeddings, positions."""
    half = run.flash and run.build.half_mask
    windows = {layer.window for layer in cache_layers(model) if layer.kind in ATTENTION}
    windowed = applies_windows(model)
    kinds = {(w is not None, run.window_cells(w) if w and windowed else run.cells) for w in windows}
    cells = [n for _, n in kinds] if has_cache(model) else [run.tokens]
    masks = sum(cells) * run.tokens * (HALF if half else FLOAT) * (COPIES if run.pipelined else 1)
    attended = _attention_on_host(model, run) if run.kv_on_cpu else 0.0
    inputs = ((2 if run.build.two_inputs else 1) + _positioned(model)) * model.hidden * run.tokens * FLOAT
    return float(masks + inputs + attended + 3 * FLOAT * run.tokens * (COPIES if run.pipelined else 1))


def _attention_on_host(model: Model, run: Process) -> float:
    """Scores of the widest layer, or with flash attention queries and outputs, where the cache is in host memory."""
    layers = [layer for layer in cache_layers(model) if layer.kind in ATTENTION]
    if run.flash:
        return (
            max((layer.heads * (layer.score_dim + layer.value_dim) for layer in layers), default=0) * run.tokens * FLOAT
        )
    return max((layer.heads for layer in layers), default=0) * run.cells * run.tokens * FLOAT
