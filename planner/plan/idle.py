"""What designs need without load, and which limits stand in the way of them."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.load.latency import latency_of
from planner.request.request import Request, sla_key
from planner.search.candidates import IDLE
from planner.search.prepared import Prepared

# What is said of limits that fewer replicas may keep in a simulation.
BY_CLOSED_FORM = ", by the closed form"


def idle_figures(request: Request, prepared: Prepared) -> dict[str, Array]:
    """Every SLA figure of every design with next to no load [s], D each."""
    rows = np.arange(len(prepared.designs))
    rate = prepared.curves.rate_per_s[:, 0] * IDLE
    figures = latency_of(prepared.curves, rows, rate, prepared.slots.max(axis=1))
    # What there is none of is within any limit.
    values = {key: figures.value(*sla_key(key)) for key in request.sla}
    return {key: np.where(np.isnan(value), 0.0, value) for key, value in values.items()}


def out_of_reach(sla: dict[str, float], idle: dict[str, Array]) -> str:
    """The SLA key that even the best design misses by most."""
    return max(idle, key=lambda key: float(np.min(idle[key])) / sla[key])


def limits_text(request: Request) -> str:
    """The limits on GPUs, dollars and power that are stated, or nothing."""
    return " and ".join(f"limits.{name} = {value:g}" for name, value in request.limits.most.items())


def beyond_text(request: Request) -> str:
    """That the limits on GPUs, dollars and power are in the way, and they alone."""
    return f"{limits_text(request)}: the SLA can be met, but not within it"
