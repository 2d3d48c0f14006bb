"""The answers, as records: what `--format json` prints and `gpuplan schema` describes."""

from __future__ import annotations

from planner.answers.base import Answer
from planner.answers.cluster import Cluster, Cost, Machine
from planner.answers.deployment import DoesNotFit, Estimate, FitAnswer, FitRow, StepAnswer, TermTime
from planner.answers.parts import Latencies, LatencyPart, LatencyParts, Memory, MemoryPart, Percentiles, Replica
from planner.answers.plan import Disaggregated, FrontPoint, Infeasible, PhasePool, Plan, RunnerUp, WhyNot, WiderClass
from planner.answers.quality import FormatLoss, LooserChoice, ServedQuality
from planner.answers.simulation import SimulatedLatency, Simulation, SlaCheck

__all__ = [
    "Answer", "Cluster", "Cost", "Disaggregated", "DoesNotFit", "Estimate", "FitAnswer", "FitRow", "FormatLoss",
    "FrontPoint", "Infeasible", "Latencies", "LatencyPart", "LatencyParts", "LooserChoice", "Machine", "Memory",
    "MemoryPart", "Percentiles", "PhasePool", "Plan", "Replica", "RunnerUp", "ServedQuality", "SimulatedLatency",
    "Simulation", "SlaCheck", "StepAnswer", "TermTime", "WhyNot", "WiderClass",
]  # fmt: skip
