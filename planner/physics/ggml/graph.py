"""The graph that llama.cpp reserves for one device, tensor by tensor, in the order in which it is run.

Two layers of each kind stand for all: the allocator reaches the same state behind every layer of a kind. Sizes are of
the host's or the device's activations in FP32. Source: src/llama-graph.cpp (build_attn, build_attn_mha, build_ffn,
build_moe_ffn, build_inp_embd), src/llama-model.cpp and src/models of llama.cpp; the splits of the scheduler
(ggml/src/ggml-backend.cpp): an input of another backend is copied before the split that reads it, a weight in host
memory before its own product.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from models_db.schema import Model
from planner.physics.ggml.allocator import Tensor
from planner.physics.ggml.settings import Process

FLOAT, HALF = 4, 2
COPIES = 4  # GGML_SCHED_MAX_COPIES
OFFLOAD_BATCH = 32  # least rows of a product that is moved to the device of a weight in host memory


@dataclass
class Graph:
    """A graph that is being written."""

    model: Model
    run: Process
    first: bool = True
    nodes: list[Tensor] = field(default_factory=list)
    inputs: list[Tensor] = field(default_factory=list)
    raw: dict[tuple[bool, int], Tensor] = field(default_factory=dict)
    masks: dict[tuple[bool, int], Tensor] = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        return self.run.tokens

    def add(self, elements: float, *sources: Tensor, in_place: bool = False, width: float = FLOAT) -> Tensor:
        """A tensor of so many elements."""
        node = Tensor(int(elements * width), sources, in_place)
        self.nodes.append(node)
        return node

    def view(self, of: Tensor) -> Tensor:
        """The same memory under another shape."""
        node = Tensor(of.size, (of,), view=of.view or of)
        self.nodes.append(node)
        return node

    def store(self, source: Tensor) -> None:
        """Write a tensor into the cache, which lies outside."""
        self.nodes.append(Tensor(0, (source,), external=True))

    def norm(self, source: Tensor, elements: float, *, in_place: bool = True) -> Tensor:
        """A norm and its scale."""
        return self.add(elements, self.add(elements, source, in_place=in_place), in_place=True)

    def product(self, rows: float, source: Tensor, weight_bytes: float = 0.0, *more: Tensor) -> Tensor:
        """Rows of a matrix with `source`; the weight is copied before where it is in host memory."""
        if not weight_bytes or not self.run.device:
            return self.add(rows * self.tokens, source, *more)
        weight = self.add(weight_bytes, width=1)
        return self.add(rows * self.tokens, source, weight, *more)

    def feed(self, elements: float, width: float = FLOAT) -> Tensor:
        """An input of the graph on this device: one tensor, or a copy for each batch in flight."""
        size = int(elements * width)
        if self.run.pipelined:
            copies = [Tensor(size, kept=True) for _ in range(COPIES)]
            self.inputs += copies
            return copies[0]
        if not self.run.device:
            self.inputs.append(Tensor(size, kept=False))
            return self.inputs[-1]
        node = Tensor(size)
        self.nodes.append(node)
        return node

    @property
    def casts(self) -> bool:
        """Whether this device casts the mask to 16 bit; devices after the first get it so."""
        return self.run.flash and not self.run.build.half_mask and self.first

    def mask(self, windowed: bool, cells: int) -> Tensor:
        """The mask of so many cells a stream, in the form that attention reads, made once for all layers of a kind."""
        given = self.raw_mask(windowed, cells)
        if not self.casts:
            return given
        key = (windowed, cells)
        if key not in self.masks:
            self.masks[key] = self.add(cells * self.tokens, given, width=HALF)
        return self.masks[key]

    def raw_mask(self, windowed: bool, cells: int) -> Tensor:
        """The mask as it comes in."""
        key = (windowed, cells)
        if key not in self.raw:
            half = self.run.flash and not self.casts
            self.raw[key] = self.feed(cells * self.tokens, HALF if half else FLOAT)
        return self.raw[key]
