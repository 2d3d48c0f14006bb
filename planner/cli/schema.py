"""`gpuplan schema`."""

from __future__ import annotations

import click

from planner.cli.help import OneOf

ANSWERS = (
    "plan", "fleet", "estimate", "explain-log", "fit", "quant", "tco", "tco-floor", "simulate", "report", "request",
    "fleet-request", "calibrate",
)  # fmt: skip


@click.command("schema")
@click.argument("command", type=OneOf(ANSWERS), default="plan", metavar="[NAME]")
def schema_command(command: str) -> int:
    """The JSON schema of a command's `--format json`, or of a workload file (`request`, `fleet-request`).

    NAME is plan (the default), fleet, estimate, explain-log, fit, quant, tco, tco-floor, simulate, report,
    request, fleet-request or calibrate.

    \b
    Examples:
      gpuplan schema plan
      gpuplan schema request
    """
    import json

    from pydantic import TypeAdapter

    from planner.answers import Estimated, FitAnswer, Infeasible, Plan, Simulation
    from planner.answers.explained import ExplainedLog
    from planner.calibration.own.answer import CalibrationAnswer
    from planner.document.record import Report
    from planner.fleet.answer import FleetInfeasible, FleetPlan
    from planner.fleet.request import FleetRequest
    from planner.quant.answer import QuantAnswer
    from planner.request.request import Request
    from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer

    types: dict[str, object] = {
        "plan": Plan | Infeasible,
        "estimate": Estimated,
        "explain-log": ExplainedLog,
        "fit": FitAnswer,
        "simulate": Simulation | Infeasible,
        "quant": QuantAnswer,
        "tco": TcoAnswer | Infeasible,
        "tco-floor": FloorAnswer | FloorNotReached,
        "report": Report,
        "request": Request,
        "calibrate": CalibrationAnswer,
        "fleet": FleetPlan | FleetInfeasible,
        "fleet-request": FleetRequest,
    }
    mode = "validation" if command.endswith("request") else "serialization"
    click.echo(json.dumps(TypeAdapter(types[command]).json_schema(mode=mode), indent=2))  # type: ignore[arg-type]
    return 0
