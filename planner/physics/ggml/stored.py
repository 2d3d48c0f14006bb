"""What lies in host memory when the graph of a device needs it: weights, and the cache of layers on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from models_db.formats import Format, weight_bits
from models_db.matrices import matrices
from models_db.schema import Model
from planner.frozen import dataclass
from planner.physics.ggml.allocator import Tensor
from planner.physics.ggml.graph import Graph
from planner.physics.ggml.settings import Process
from planner.physics.ggml.windows import applies_windows, has_cache


@dataclass(frozen=True)
class Stored:
    """Sizes of one model's tensors in a format."""

    model: Model
    fmt: Format
    run: Process
    names: Mapping[str, str] = field(default_factory=dict)

    def renamed(self, names: Mapping[str, str]) -> Stored:
        return replace(self, names=names)

    @property
    def cached(self) -> bool:
        """Whether K and V go into a cache: encoders attend within a batch."""
        return has_cache(self.model)

    def weight(self, name: str) -> float:
        """Bytes of the tensor `name` of one layer, the largest of its kind; zero where the model has none."""
        name = self.names.get(name, name)
        return max(
            (m.rows * m.cols * m.experts * weight_bits(self.fmt, m, self.model) / 8.0
             for m in matrices(self.model) if m.name == name),
            default=0.0,
        )  # fmt: skip

    def nothing(self, name: str) -> float:
        """No copy: the tensor lies on the device."""
        return 0.0

    def cells(self, window: int | None) -> int:
        return self.run.window_cells(window) if window and applies_windows(self.model) else self.run.cells

    def cache_copies(self, g: Graph, k_width: int, v_width: int, cells: int) -> tuple[Tensor, ...]:
        """K and V of a layer whose cache is in host memory, copied to the device that attends."""
        if not g.run.device or g.run.kv_on_cpu:
            return ()
        sides = ((k_width, g.run.k_bits), (v_width, g.run.v_bits))
        return tuple(g.add(width * cells * g.run.streams, width=bits / 8.0) for width, bits in sides)
