from __future__ import annotations

import numpy as np
import pytest

from planner.formulas.collectives import (
    all_reduce_moving_s,
    all_to_all_s,
    between_machines_s,
    mesh_bus_bytes_per_s,
    network_bytes_per_s,
    peer_bus_bytes_per_s,
    staged_bus_bytes_per_s,
    switched_wire_bytes_per_s,
    torus_bus_bytes_per_s,
)


def test_a_ring_moves_two_shares_of_all_but_ones_own_part() -> None:
    found = all_reduce_moving_s(8e9, np.array([1, 2, 8]), bus_bytes_per_s=1e9, root_s=0.0)
    assert found == pytest.approx([0.0, 8.0, 14.0])


def test_the_root_term_is_per_megabyte() -> None:
    plain, rising = (all_reduce_moving_s(4e6, 2, bus_bytes_per_s=1e9, root_s=root) for root in (0.0, 1e-6))
    assert rising - plain == pytest.approx(2e-6)


def test_all_to_all_keeps_ones_own_part_at_home() -> None:
    found = all_to_all_s(1e9, np.array([1, 2, 4]), latency_s=0.5, bytes_per_s=1e9)
    assert found == pytest.approx([0.0, 1.0, 1.25])


def test_a_hierarchical_all_reduce_sends_each_rank_its_part() -> None:
    found = between_machines_s(16e9, np.array([1, 2, 4]), inside=8, nic_bytes_per_s=1e9, latency_s=0.5)
    assert found == pytest.approx([0.0, 2.5, 3.5])


@pytest.mark.parametrize(("ranks", "measured"), [(2, 47.7e9), (8, 312.9e9)])
def test_the_mesh_of_mi300x_is_met(ranks: int, measured: float) -> None:
    assert mesh_bus_bytes_per_s(64e9, ranks) == pytest.approx(measured, rel=0.08)


def test_the_mesh_of_four_gh200_is_met() -> None:
    assert mesh_bus_bytes_per_s(150e9, 4) == pytest.approx(339e9, rel=0.01)


@pytest.mark.parametrize(("usable", "least", "most"), [(26e9, 19e9, 24.7e9), (56e9, 38.6e9, 45.7e9)])
def test_peers_over_pcie_are_within_what_nccl_reaches(usable: float, least: float, most: float) -> None:
    assert least <= peer_bus_bytes_per_s(usable) <= most


def test_host_memory_is_shared_by_all_ranks() -> None:
    found = staged_bus_bytes_per_s(duplex_bytes_per_s=57e9, host_bytes_per_s=300e9, ranks=np.array([2, 4, 8]))
    assert found == pytest.approx([28.5e9, 28.5e9, 18.75e9])


def test_a_switch_that_adds_up_doubles_the_wire_at_most() -> None:
    found = switched_wire_bytes_per_s(450e9, np.array([2, 8, 1e6]))
    assert found[0] == 450e9
    assert found[1] > 468e9  # eight H100, measured
    assert found[2] == pytest.approx(900e9, rel=1e-5)


def test_a_ring_in_a_torus_goes_both_ways_round() -> None:
    assert torus_bus_bytes_per_s(100e9, np.array([2, 3, 64])) == pytest.approx([75e9, 150e9, 150e9])


def test_a_nic_is_not_all_used() -> None:
    assert 0.7 <= network_bytes_per_s(50e9) / 50e9 <= 0.85
