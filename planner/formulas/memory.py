"""Sizes in memory."""

from __future__ import annotations

from math import ceil

MIB = 2.0**20
GIB = 2.0**30


def allocated_bytes(nbytes: float) -> float:
    """Bytes PyTorch's caching allocator spends on a tensor of `nbytes`.

    From 10 MiB a block is rounded up to 2 MiB if that wastes at most 1 MiB, else it takes its own size.
    Source: PyTorch c10/cuda/CUDACachingAllocator (kMinLargeAlloc, kRoundLarge); reproduces vLLM's
    "Model loading took" to four decimals.

    >>> allocated_bytes(11 * MIB + 1.5 * MIB) / MIB
    12.5
    """
    rounded = ceil(nbytes / (2 * MIB)) * (2 * MIB)
    return rounded if nbytes >= 10 * MIB and rounded - nbytes <= MIB else nbytes


def padded(count: int, multiple: int) -> int:
    """`count` rounded up to a multiple.

    >>> padded(151665, 64)
    151680
    """
    return -(-count // multiple) * multiple


def shard(count: int, ranks: int) -> int:
    """The largest part when `count` is split over `ranks`.

    >>> shard(8, 3)
    3
    """
    return -(-count // ranks)
