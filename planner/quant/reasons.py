"""Why a format that runs and fits has no cluster: the limit of the SLA, or the limit on what may be rented."""

from __future__ import annotations

from planner.formulas.types import Array
from planner.plan.idle import BY_CLOSED_FORM, limits_text, out_of_reach
from planner.quant.served import Comparison
from planner.search.candidates import carries_load

NO_MEMORY = "does not fit: no legal cut holds the weights and one sequence"


def reason(asked: Comparison, held: Array, *, compared: bool) -> str:
    """What keeps the designs `held` (D, of those prepared) from an answer; `compared`: on the machines of others."""
    if not held.any():
        return NO_MEMORY
    sla = asked.request.sla
    slow = _slow(asked, held) if sla else ""
    if slow:
        return f"it fits, but {slow}"
    limits = limits_text(asked.request)
    place = "on the machines compared" if compared else "on any machine of the price list"
    return f"it fits, but not {place}{f' within {limits}{BY_CLOSED_FORM}' if limits else ''}"


def _slow(asked: Comparison, held: Array) -> str:
    """Which limit of the SLA the designs break, or nothing."""
    sla = asked.request.sla
    idle = {key: values[held] for key, values in asked.idle.items()}
    key = out_of_reach(sla, idle)
    value = float(idle[key].min())
    if value > sla[key]:
        return f"{key} is {value:.4g} s even when idle, and {sla[key]:g} s are allowed"
    if not carries_load(asked.prepared, asked.best)[held].any():
        told = " and ".join(f"{name} = {limit:g}" for name, limit in sla.items())
        return f"under load no cut of the model keeps {told}"
    return ""
