"""What `export` and `bench` are about: a workload that is planned, a saved plan, or one deployment by its flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import options
from planner.cli.help import option, together

if TYPE_CHECKING:
    from planner.answers import DoesNotFit, Infeasible, Plan
    from planner.export.derive import Choices
    from planner.export.saved import SavedPlan
    from planner.load.demand import Demand
    from planner.physics.deployment import Deployment
    from planner.planner import Planner
    from planner.progress import Progress
    from planner.request.request import Request

START = "Start"
SPLIT = ("tp", "pp", "ep", "dp")
LOADS = ("rate", "users", "tokens_per_month", "preset")
source_options = together(
    options.model_option,
    options.gpu_option("GPU of one deployment, or restrict the plan to it (repeatable)."),
    options.workload_option,
    option(options.SUBJECT, "--plan", type=options.FILE, help="A saved plan: JSON of `gpuplan plan --format json`."),
    options.one_of_each,
    options.split_options,
    options.engine_options,
    options.prefix_option,
    options.traffic_options,
    options.sla_options,
    options.market_options,
    options.score_option,
    options.owning_options,
    click.option("--verify/--no-verify", default=True, show_default=True, help="Simulate the plan of a workload."),
    options.catalog_option,
)
start_options = together(
    option(START, "--checkpoint", metavar="NAME", help="Where the weights lie in the planned format: an id or path."),
    option(START, "--revision", metavar="REV", help="Revision of the checkpoint's repository."),
    option(START, "--port", type=click.IntRange(1, 65_000), help="Port of the first replica. [default: 8000]"),
)  # fmt: skip


@dataclass(frozen=True)
class Startable:
    """What is started, and the request that it serves; a deployment as it is named has a request where a load is
    stated, and its own lengths in any case."""

    what: Plan | SavedPlan | Deployment
    request: Request | None
    demand: Demand | None = None


def source_of(flags: Mapping[str, Any], planner: Planner, engine: str, progress: Progress) -> Startable | Infeasible:
    """What the flags are about; engine: of the target, which is planned for unless another one is asked for."""
    from planner.answers import Infeasible
    from planner.errors import InputError
    from planner.request.reading import ONE_OF_SEVERAL, is_fleet

    saved = _saved(flags)
    if saved is not None:
        return Startable(saved, saved.request)
    if flags["workload"] is not None and is_fleet(flags["workload"]):
        raise InputError(f"--workload: {ONE_OF_SEVERAL}")
    asked = {**flags, "engines": flags["engines"] or _engine(flags, engine)}
    if not _is_planned(asked):
        return _named(asked, planner)
    from planner.cli.asking import asked as read

    request = read(asked).request()
    answer = planner.plan(request, verify=flags["verify"], progress=progress)
    return answer if isinstance(answer, Infeasible) else Startable(answer, answer.request)


def choices_of(flags: Mapping[str, Any]) -> Choices:
    """What the user adds to a plan."""
    from planner.export.derive import Choices

    return Choices(
        checkpoint=flags["checkpoint"], revision=flags["revision"], port=flags["port"],
        prefix_hit=flags["prefix_hit"] or 0.0, offline=bool(flags["air_gapped"]),
    )  # fmt: skip


def _saved(flags: Mapping[str, Any]) -> SavedPlan | None:
    """The saved plan, however it is named; other sources beside it are an error."""
    from planner.errors import InputError
    from planner.export.saved import read_plan

    path: Path | None = flags["plan"]
    if path is None and flags["workload"] is not None and str(flags["workload"]).endswith(".json"):
        path, flags = flags["workload"], {**flags, "workload": None}
    if path is None:
        return None
    given = [name for name in ("model", "workload", "gpus", "engines", "formats") if flags[name] not in (None, ())]
    if given:
        raise InputError(f"--plan: a saved plan says all; leave out --{given[0].rstrip('s')}")
    return read_plan(path)


def _engine(flags: Mapping[str, Any], engine: str) -> tuple[str, ...]:
    """The engine of the target where neither flags nor file name one, or the file lets it choose among several."""
    from planner.cli.asking import gathered

    if not engine:
        return ()
    scope = gathered(flags).data.get("scope", {})
    named = scope.get("engines") if isinstance(scope, Mapping) else None
    return (engine,) if not named or engine in named else ()


def _is_planned(flags: Mapping[str, Any]) -> bool:
    """Whether a load is stated for which a cluster is chosen; a stated cut names one deployment."""
    if any(flags[width] > 1 for width in SPLIT):
        return False
    return flags["workload"] is not None or any(flags[name] is not None for name in LOADS)


def _named(flags: Mapping[str, Any], planner: Planner) -> Startable:
    """One deployment, with the lengths that are stated or a chat's."""
    from planner.cli.asking import RATE_FLAGS, asked, deployment
    from planner.load.demand import Demand

    rated = flags["workload"] is not None or any(flags[name] is not None for name in (*RATE_FLAGS[:3], "preset"))
    request = planner.dated(asked(flags if rated else {**flags, "rate": 1.0}).request())
    named = deployment(request, flags, concurrency=1.0)
    return Startable(named, request if rated else None, Demand.of(request))


def shown_shortage(found: DoesNotFit) -> str:
    """That a deployment does not fit, in one line."""
    return f"nothing to start: {found.reason}"
