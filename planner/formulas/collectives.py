"""Collective communication inside a replica."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array


def all_reduce_moving_s(
    nbytes: Array, ranks: Array, *, bus_bytes_per_s: Array, root_s: Array, flagged_bytes: Array = 0.0
) -> Array:
    """Time that an all-reduce of `nbytes` over `ranks` devices takes beyond its latency; zero on one device.

    bus_bytes_per_s: bus bandwidth of a large message; root_s: seconds per square root of a megabyte, the rise
    between small and large ones (one-shot to two-shot kernels); flagged_bytes: so many bytes of a message are sent
    with a flag as long beside each word (NCCL's low-latency protocol), so that they take twice their time.
    Equation: 2 (n-1)/n (S + min(S, F))/B + c sqrt(S / 1 MB). Source: fit on measured latencies, see docs/method.md;
    valid from 1 KiB to 256 MiB.

    >>> float(all_reduce_moving_s(1e6, 1, bus_bytes_per_s=1e9, root_s=0.0))
    0.0
    >>> float(all_reduce_moving_s(1e9, 2, bus_bytes_per_s=1e9, root_s=0.0))
    1.0
    >>> float(all_reduce_moving_s(1e5, 2, bus_bytes_per_s=1e9, root_s=0.0, flagged_bytes=2e5)) * 1e6
    200.0
    """
    ring = 2.0 * (ranks - 1.0) / ranks * (nbytes + np.minimum(nbytes, flagged_bytes)) / bus_bytes_per_s
    return np.where(np.asarray(ranks) > 1, ring + root_s * np.sqrt(nbytes / 1e6), 0.0)


def all_to_all_s(nbytes: Array, ranks: Array, *, latency_s: Array, bytes_per_s: Array) -> Array:
    """Time of an all-to-all in which each rank sends `nbytes` in total; zero on one rank.

    Equation: a + (n-1)/n S/B, B per direction.
    """
    return np.where(np.asarray(ranks) > 1, latency_s + (ranks - 1.0) / ranks * nbytes / bytes_per_s, 0.0)


def between_machines_s(
    nbytes: Array, machines: Array, *, inside: Array, nic_bytes_per_s: Array, latency_s: Array
) -> Array:
    """Time that an all-reduce of `nbytes` takes between `machines` of `inside` ranks each; zero on one machine.

    Each rank has reduced its own part inside the machine and exchanges that part with its peers over a NIC of its own.
    Equation: a + 2 (k-1)/k S/(m B). Source: hierarchical all-reduce of NCCL; valid where every rank has a NIC.

    >>> float(between_machines_s(8e9, 2, inside=8, nic_bytes_per_s=1e9, latency_s=0.0))
    1.0
    """
    moving = 2.0 * (machines - 1.0) / machines * nbytes / inside / nic_bytes_per_s
    return np.where(np.asarray(machines) > 1, latency_s + moving, 0.0)


def peer_bus_bytes_per_s(usable_bytes_per_s: Array) -> Array:
    """Bus bandwidth of peers over PCIe: three quarters of what a link can use one way, whatever the number of ranks.

    Source: NCCL reaches 20 to 24.7 of 26 GB/s (PCIe 4 x16) and 38.6 to 45.7 of 56 (PCIe 5 x16); valid where each
    device has its own link to one root complex or switch.

    >>> float(peer_bus_bytes_per_s(26e9)) / 1e9
    19.5
    """
    return 0.75 * usable_bytes_per_s


def staged_bus_bytes_per_s(*, duplex_bytes_per_s: float, host_bytes_per_s: float, ranks: Array) -> Array:
    """Most bus bandwidth of an all-reduce that is staged in host memory.

    duplex_bytes_per_s: copies to and from a device at once, added up; host_bytes_per_s: usable memory bandwidth.
    Equation: min(D/2, M/(2n)): a device sends and receives at once, and each hop is written and read once in host
    memory. Source: eight RTX 5090 (D = 57 GB/s) reach 28 GB/s, NVIDIA/nccl issue 1639.

    >>> float(staged_bus_bytes_per_s(duplex_bytes_per_s=57e9, host_bytes_per_s=600e9, ranks=8)) / 1e9
    28.5
    >>> float(staged_bus_bytes_per_s(duplex_bytes_per_s=57e9, host_bytes_per_s=160e9, ranks=8)) / 1e9
    10.0
    """
    return np.minimum(duplex_bytes_per_s / 2.0, host_bytes_per_s / (2.0 * np.asarray(ranks)))


def mesh_bus_bytes_per_s(pair_bytes_per_s: Array, ranks: Array) -> Array:
    """Bus bandwidth of a full mesh: the links to all other ranks, three quarters of them used.

    Equation: 0.75 (n-1) P. Source: MI300X (64 GB/s a pair) reaches 47.7 GB/s at 2 ranks and 312.9 at 8 (0.70); four
    GH200 (150 GB/s a pair) 339 GB/s.

    >>> float(mesh_bus_bytes_per_s(64e9, 2)) / 1e9
    48.0
    """
    return 0.75 * (np.asarray(ranks) - 1.0) * pair_bytes_per_s


def torus_bus_bytes_per_s(link_bytes_per_s: Array, ranks: Array) -> Array:
    """Bus bandwidth of a ring in a torus: both ways round where there are more than two, three quarters used.

    Equation: 0.75 P min(2, n-1). Not measured.

    >>> float(torus_bus_bytes_per_s(100e9, 4)) / 1e9
    150.0
    """
    return 0.75 * link_bytes_per_s * np.minimum(2.0, np.asarray(ranks) - 1.0)


def switched_wire_bytes_per_s(one_way_bytes_per_s: Array, ranks: Array) -> Array:
    """Most bus bandwidth behind a switch that adds up: each device sends its message once and gets the sum once.

    Equation: 2 (n-1)/n L. Source: NVLink SHARP; eight H100 (450 GB/s) reach 468 GB/s, above the one-way rate.

    >>> float(switched_wire_bytes_per_s(450e9, 8)) / 1e9
    787.5
    """
    return 2.0 * (np.asarray(ranks) - 1.0) / ranks * one_way_bytes_per_s


def network_bytes_per_s(nic_bytes_per_s: Array) -> Array:
    """What collectives reach of a NIC, one way. Source: 0.7 to 0.85 of the nominal rate on RDMA, see docs/method.md.

    >>> float(network_bytes_per_s(50e9)) / 1e9
    37.5
    """
    return 0.75 * nic_bytes_per_s
