"""Electrical power."""

from __future__ import annotations

from planner.formulas.types import Array


def board_power_w(tdp_w: Array, utilization: Array, *, idle_share: float = 0.2, busy_share: float = 0.8) -> Array:
    """Mean draw of an accelerator by load: idle at `idle_share` of TDP, `busy_share` when always busy.

    Decoding is bandwidth-bound and stays below TDP. Source of the shares: engineering assumption, range
    0.15 to 0.3 idle and 0.6 to 1.0 busy; overridable.

    >>> board_power_w(700.0, 0.0)
    140.0
    """
    return tdp_w * (idle_share + (busy_share - idle_share) * utilization)
