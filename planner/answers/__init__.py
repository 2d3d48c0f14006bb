"""The answers, as records: what `--format json` prints and `gpuplan schema` describes.

Each is loaded when it is first used: a record of pydantic takes half a millisecond to define, and no command has all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.answers.base import Answer
    from planner.answers.cluster import Cluster, Cost, Machine
    from planner.answers.deployment import (
        DoesNotFit,
        Estimate,
        Estimated,
        FitAnswer,
        FitRow,
        OnHost,
        StepAnswer,
        TermTime,
    )
    from planner.answers.energy import Energy
    from planner.answers.parts import Latencies, LatencyPart, LatencyParts, Memory, MemoryPart, Percentiles, Replica
    from planner.answers.plan import (
        BusierUsers,
        Disaggregated,
        FrontPoint,
        Infeasible,
        OfflineStart,
        PhasePool,
        Plan,
        ReplicaStart,
        RunnerUp,
        SlaMargin,
        WhyNot,
        WiderClass,
    )  # fmt: skip
    from planner.answers.quality import FormatLoss, LooserChoice, ServedQuality
    from planner.answers.simulation import SimulatedLatency, Simulation, SlaCheck
    from planner.answers.startup import StartLog

_NAMES = {
    "base": ("Answer",),
    "cluster": ("Cluster", "Cost", "Machine"),
    "deployment": ("DoesNotFit", "Estimate", "Estimated", "FitAnswer", "FitRow", "OnHost", "StepAnswer", "TermTime"),
    "energy": ("Energy",),
    "parts": ("Latencies", "LatencyPart", "LatencyParts", "Memory", "MemoryPart", "Percentiles", "Replica"),
    "plan": (
        "BusierUsers", "Disaggregated", "FrontPoint", "Infeasible", "OfflineStart", "PhasePool", "Plan", "ReplicaStart",
        "RunnerUp", "SlaMargin", "WhyNot", "WiderClass",
    ),
    "quality": ("FormatLoss", "LooserChoice", "ServedQuality"),
    "simulation": ("SimulatedLatency", "Simulation", "SlaCheck"),
    "startup": ("StartLog",),
}  # fmt: skip
_HOMES = {name: module for module, names in _NAMES.items() for name in names}
__all__ = [
    "Answer", "BusierUsers", "Cluster", "Cost", "Disaggregated", "DoesNotFit", "Energy", "Estimate", "Estimated",
    "FitAnswer", "FitRow", "FormatLoss", "FrontPoint", "Infeasible", "Latencies", "LatencyPart", "LatencyParts",
    "LooserChoice", "Machine", "Memory", "MemoryPart", "OfflineStart", "OnHost", "Percentiles", "PhasePool", "Plan",
    "Replica", "ReplicaStart", "RunnerUp", "ServedQuality", "SimulatedLatency", "Simulation", "SlaCheck", "SlaMargin",
    "StartLog", "StepAnswer", "TermTime", "WhyNot", "WiderClass",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found
