"""How one llama.cpp process is set, in numbers: what decides the size of its buffers."""

from __future__ import annotations

from dataclasses import field

from planner.frozen import dataclass
from planner.physics.ggml.build import Build


@dataclass(frozen=True, slots=True)
class Process:
    """Settings under llama.cpp's own names.

    n_ctx: tokens of all sequences together; n_parallel: sequences; devices: that hold layers; layers_on_cpu: of the
    first layers, with their cache, in host memory (n_layer - `-ngl`); experts_on_cpu: of the first layers whose experts
    are in host memory (`--n-cpu-moe`); output_on_cpu: the output head is (`-ngl` is at most n_layer); pipelined: a
    copy of each input for four batches in flight (several devices, all layers on them); caches: whether there is a
    cache at all (encoders have none); rows: outputs that the graph reserves logits for, None for every token.
    """

    n_ctx: int
    n_ubatch: int = 512
    n_parallel: int = 1
    flash: bool = False
    k_bits: float = 16.0
    v_bits: float = 16.0
    unified: bool = False
    swa_full: bool = False
    kv_on_cpu: bool = False
    layers_on_cpu: int = 0
    experts_on_cpu: int = 0
    output_on_cpu: bool = False
    op_offload: bool = True
    device: bool = True
    devices: int = 1
    pipelined: bool = False
    rows: int | None = None
    drafts: int = 0
    build: Build = field(default_factory=Build)

    @property
    def streams(self) -> int:
        """Parts of the cache with cells of their own."""
        return self.n_parallel if self.build.own_streams and not self.unified else 1

    @property
    def cells(self) -> int:
        """Cells of one stream: llama.cpp pads a context to 256."""
        return -(-(self.n_ctx // self.streams) // 256) * 256 if self.build.own_streams else self.n_ctx

    @property
    def tokens(self) -> int:
        """Tokens of the graph of a prompt."""
        return min(self.n_ctx, self.n_ubatch)

    @property
    def outputs(self) -> int:
        """Tokens whose logits the graph reserves."""
        return self.tokens if self.rows is None else min(self.rows, self.tokens)

    def dealt(self, layers: int) -> list[int]:
        """Layers of each device of so many: equal shares of the layers and of the output head, which is the last."""
        counts = [0] * self.devices
        for i in range(layers):
            counts[i * self.devices // (layers + 1)] += 1
        return counts

    def window_cells(self, window: int) -> int:
        """Cells of one stream of a layer with a sliding window."""
        if self.swa_full or not self.build.windows:
            return self.cells
        sequences = self.n_parallel if self.streams == 1 else 1
        return min(self.cells, -(-(window * sequences + self.n_ubatch) // 256) * 256)
