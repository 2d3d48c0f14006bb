from __future__ import annotations

import numpy as np
import pytest

from planner.formulas.collectives import all_reduce_moving_s, all_to_all_s


def test_a_ring_moves_two_shares_of_all_but_ones_own_part() -> None:
    found = all_reduce_moving_s(8e9, np.array([1, 2, 8]), bus_bytes_per_s=1e9, root_s=0.0)
    assert found == pytest.approx([0.0, 8.0, 14.0])


def test_the_root_term_is_per_megabyte() -> None:
    plain, rising = (all_reduce_moving_s(4e6, 2, bus_bytes_per_s=1e9, root_s=root) for root in (0.0, 1e-6))
    assert rising - plain == pytest.approx(2e-6)


def test_all_to_all_keeps_ones_own_part_at_home() -> None:
    found = all_to_all_s(1e9, np.array([1, 2, 4]), latency_s=0.5, bytes_per_s=1e9)
    assert found == pytest.approx([0.0, 1.0, 1.25])
