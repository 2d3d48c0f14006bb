"""Collective communication inside a replica."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array


def all_reduce_moving_s(nbytes: Array, ranks: Array, *, bus_bytes_per_s: Array, root_s: Array) -> Array:
    """Time that an all-reduce of `nbytes` over `ranks` devices takes beyond its latency; zero on one device.

    bus_bytes_per_s: bus bandwidth of a large message; root_s: seconds per square root of a megabyte, the rise
    between small and large ones (one-shot to two-shot kernels).
    Equation: 2 (n-1)/n S/B + c sqrt(S / 1 MB). Source: fit on measured latencies, see docs/method.md; valid from
    1 KiB to 256 MiB.

    >>> float(all_reduce_moving_s(1e6, 1, bus_bytes_per_s=1e9, root_s=0.0))
    0.0
    >>> float(all_reduce_moving_s(1e9, 2, bus_bytes_per_s=1e9, root_s=0.0))
    1.0
    """
    ring = 2.0 * (ranks - 1.0) / ranks * nbytes / bus_bytes_per_s
    return np.where(np.asarray(ranks) > 1, ring + root_s * np.sqrt(nbytes / 1e6), 0.0)


def all_to_all_s(nbytes: Array, ranks: Array, *, latency_s: Array, bytes_per_s: Array) -> Array:
    """Time of an all-to-all in which each rank sends `nbytes` in total; zero on one rank.

    Equation: a + (n-1)/n S/B, B per direction.
    """
    return np.where(np.asarray(ranks) > 1, latency_s + (ranks - 1.0) / ranks * nbytes / bytes_per_s, 0.0)
