"""The answers, as records: what `--format json` prints and `gpuplan schema` describes."""

from __future__ import annotations

from planner.answers.base import Answer
from planner.answers.cluster import Cluster, Cost, Machine
from planner.answers.deployment import DoesNotFit, Estimate, Estimated, FitAnswer, FitRow, OnHost, StepAnswer, TermTime
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

__all__ = [
    "Answer", "BusierUsers", "Cluster", "Cost", "Disaggregated", "DoesNotFit", "Energy", "Estimate", "Estimated",
    "FitAnswer", "FitRow", "FormatLoss", "FrontPoint", "Infeasible", "Latencies", "LatencyPart", "LatencyParts",
    "LooserChoice", "Machine", "Memory", "MemoryPart", "OfflineStart", "OnHost", "Percentiles", "PhasePool", "Plan",
    "Replica", "ReplicaStart", "RunnerUp", "ServedQuality", "SimulatedLatency", "Simulation", "SlaCheck", "SlaMargin",
    "StartLog", "StepAnswer", "TermTime", "WhyNot", "WiderClass",
]  # fmt: skip
