"""ggml's graph allocator: where the tensors of a graph lie in one buffer, and how large that buffer becomes.

A tensor takes the smallest free block that holds it, the end of the buffer where none does; it is freed after its last
use, and some operators write into the memory of an operand. Source: ggml/src/ggml-alloc.c of llama.cpp, the same from
build 2700 (2024-04) to 10488 (2026-08) but for the list of operators that write in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ALIGNMENT = 128


@dataclass(eq=False, slots=True)
class Tensor:
    """A tensor of `size` bytes made from `sources`; a view has none of its own and lies in `view`.

    in_place: the operator may write over an operand of the same size; kept: never freed (outputs, and copies of inputs
    of which several are in flight).
    """

    size: int
    sources: tuple[Tensor, ...] = ()
    in_place: bool = False
    view: Tensor | None = None
    kept: bool = False
    external: bool = False
    uses: int = field(default=0, init=False)
    views: int = field(default=0, init=False)
    offset: int | None = field(default=None, init=False)


class Arena:
    """Free blocks of a buffer that may grow without end."""

    def __init__(self) -> None:
        self.blocks: list[list[int]] = [[0, 2**62]]
        self.peak = 0

    def take(self, size: int) -> int:
        """Offset of `size` bytes: the best fit among the holes, else the end."""
        size = _aligned(size)
        fits = [(block[1], -i) for i, block in enumerate(self.blocks[:-1]) if block[1] >= size]
        index = -min(fits)[1] if fits else len(self.blocks) - 1
        block = self.blocks[index]
        offset = block[0]
        block[0] += size
        block[1] -= size
        if block[1] == 0:
            del self.blocks[index]
        self.peak = max(self.peak, offset + size)
        return offset

    def give(self, offset: int, size: int) -> None:
        """Free a tensor; blocks that touch become one."""
        size = _aligned(size)
        index = next(i for i, block in enumerate(self.blocks) if block[0] > offset)
        self.blocks.insert(index, [offset, size])
        for i in (index, index - 1):
            if 0 <= i < len(self.blocks) - 1 and sum(self.blocks[i]) == self.blocks[i + 1][0]:
                self.blocks[i][1] += self.blocks[i + 1][1]
                del self.blocks[i + 1]


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def buffer_bytes(nodes: Sequence[Tensor], first: Sequence[Tensor] = ()) -> int:
    """Bytes of the buffer of a graph that makes `nodes` in their order; those of `first` lie there before."""
    arena = Arena()
    for node in nodes:
        if node.view is not None:
            node.view.views += 1
        for source in node.sources:
            source.uses += 1
    for node in first:
        node.offset = arena.take(node.size)
    for node in nodes:
        _allocate(arena, node)
        for source in node.sources:
            source.uses -= 1
            _release(arena, source)
    return arena.peak


def _allocate(arena: Arena, node: Tensor) -> None:
    if node.view is not None or node.external or node.offset is not None:
        return
    reused = next((s for s in node.sources if _reusable(node, s)), None) if node.in_place else None
    if reused is None:
        node.offset = arena.take(node.size)
        return
    node.offset, reused.offset = reused.offset, None
    reused.external = True  # its memory is the node's now


def _reusable(node: Tensor, source: Tensor) -> bool:
    """Whether a tensor is the last to use `source`, of the same size; ggml takes a view for memory of others."""
    if source.view is not None or source.external or source.kept or source.offset is None:
        return False
    return source.uses == 1 and not source.views and source.size == node.size


def _release(arena: Arena, source: Tensor) -> None:
    """Free a tensor that nothing uses any more, and what it is a view of."""
    if source.uses or source.views:
        return
    owner = source
    if source.view is not None:
        owner = source.view
        owner.views -= 1
        if owner.views or owner.uses:
            return
    if owner.offset is not None and not owner.kept and not owner.external:
        arena.give(owner.offset, owner.size)
        owner.offset = None
        owner.external = True
