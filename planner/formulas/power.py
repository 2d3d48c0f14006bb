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


def machine_power_kw(max_kw: Array, load: Array, *, idle_share: Array, busy_share: Array) -> Array:
    """Mean draw of a whole machine, fans and host included, by the share of time that it is busy [kW].

    max_kw: the most that it draws [kW]; load: share of time busy; idle_share, busy_share: of `max_kw`, drawn when idle
    and when always busy. Linear between the two, as measured on servers [Fan 2007] down to a small load.

    >>> machine_power_kw(10.0, 0.5, idle_share=0.2, busy_share=0.7)
    4.5
    """
    return max_kw * (idle_share + (busy_share - idle_share) * load)
