"""gpuplan: the cheapest cluster that serves a model at a load within a latency.

The public names are loaded when they are first used, so that `gpuplan --help` need not wait for them.
"""

from __future__ import annotations

from importlib import import_module

from planner.version import __version__

# What `typing` has it as: the module itself would be the longest import of `gpuplan --help`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from planner.answers import Cluster, DoesNotFit, Estimate, FitAnswer, Infeasible, OnHost, Plan, Simulation
    from planner.document.record import Report
    from planner.errors import HardwareError, InputError, ModelError, PlannerError
    from planner.fleet.answer import FleetInfeasible, FleetPlan
    from planner.fleet.request import FleetRequest, parse_fleet, read_fleet
    from planner.load.demand import Demand
    from planner.physics.deployment import Deployment
    from planner.physics.split import Split
    from planner.plan.explore import Explored
    from planner.plan.rehearsal import Rehearsal
    from planner.planner import Planner
    from planner.quant.answer import QuantAnswer
    from planner.request.engine import EngineSettings
    from planner.request.reading import parse_request, read_request
    from planner.request.request import Request
    from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer
    from planner.tco.request import TcoTerms

_HOMES = {
    "Cluster": "answers", "DoesNotFit": "answers", "Estimate": "answers", "FitAnswer": "answers", "OnHost": "answers",
    "Infeasible": "answers", "Plan": "answers", "Simulation": "answers",
    "Report": "document.record",
    "HardwareError": "errors", "InputError": "errors", "ModelError": "errors", "PlannerError": "errors",
    "FleetInfeasible": "fleet.answer", "FleetPlan": "fleet.answer",
    "FleetRequest": "fleet.request", "parse_fleet": "fleet.request", "read_fleet": "fleet.request",
    "Demand": "load.demand", "Deployment": "physics.deployment", "Split": "physics.split",
    "Explored": "plan.explore", "Rehearsal": "plan.rehearsal", "Planner": "planner",
    "QuantAnswer": "quant.answer", "parse_request": "request.reading", "read_request": "request.reading",
    "Request": "request.request", "EngineSettings": "request.engine",
    "FloorAnswer": "tco.answer", "FloorNotReached": "tco.answer", "TcoAnswer": "tco.answer", "TcoTerms": "tco.request",
}  # fmt: skip
__all__ = [
    "__version__", "Cluster", "Demand", "Deployment", "DoesNotFit", "EngineSettings", "Estimate", "Explored",
    "FitAnswer", "FleetInfeasible", "FleetPlan", "FleetRequest", "FloorAnswer", "FloorNotReached", "HardwareError",
    "Infeasible", "InputError", "ModelError", "OnHost", "Plan", "Planner", "PlannerError", "QuantAnswer", "Rehearsal",
    "Report", "Request", "Simulation", "Split", "TcoAnswer", "TcoTerms", "parse_fleet", "parse_request", "read_fleet",
    "read_request",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
