"""What is started: of a plan, of one that was saved, or of a deployment as it is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.answers import DoesNotFit, Plan
from planner.catalogs import Catalogs
from planner.deployment.estimate import estimate
from planner.errors import InputError
from planner.export.bench import TOOLS, bench
from planner.export.derive import Choices, cells_in, host_of, launch_of, launch_of_cluster, launch_of_design
from planner.export.launch import Launch
from planner.export.saved import SavedPlan
from planner.export.targets import export, target_of
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.plan.lengths import with_lengths_that_fit
from planner.request.request import Request, Traffic
from planner.traffic.lengths import shape_of
from planner.words import plain

# The longest request that a plan counts with: so many standard deviations out, its 99.9 % quantiles in and out.
LONGEST_Z = 3.0902


def exported(
    what: Plan | SavedPlan | Deployment, target: str, catalogs: Catalogs, coefficients: Coefficients,
    choices: Choices | None, demand: Demand | None, scaling: str,
) -> str | DoesNotFit:  # fmt: skip
    """What is started as the text of a target; see `Planner.export`."""
    target_of(target)
    found = launched(what, catalogs, coefficients, choices, demand)
    return found if isinstance(found, DoesNotFit) else export(found, target, scaling=scaling)


def benched(
    what: Plan | SavedPlan | Deployment, request: Request, tools: tuple[str, ...], catalogs: Catalogs,
    coefficients: Coefficients, choices: Choices | None,
) -> str | DoesNotFit:  # fmt: skip
    """The script that checks what is started; see `Planner.bench`."""
    found = launched(what, catalogs, coefficients, choices, Demand.of(request))
    return found if isinstance(found, DoesNotFit) else bench(found, request, tools or TOOLS)


def launched(
    what: Plan | SavedPlan | Deployment, catalogs: Catalogs, coefficients: Coefficients,
    choices: Choices | None = None, demand: Demand | None = None,
) -> Launch | DoesNotFit:  # fmt: skip
    """The record of what is started. Raises InputError for what is no plan and no deployment."""
    choices = choices or Choices()
    if isinstance(what, Plan):
        return launch_of_plan(what, choices)
    if isinstance(what, SavedPlan):
        return _of_saved(what, catalogs, choices)
    if isinstance(what, Deployment):
        what.check()
        return _of_deployment(what, catalogs, coefficients, choices, demand or _chat(what, catalogs))
    raise InputError("export: give a plan, a saved plan or a deployment")


def launch_of_plan(plan: Plan, choices: Choices | None = None) -> Launch:
    """The record of a plan's replicas. Raises InputError where the plan does not carry its design."""
    of_plan = _of_request(plan.request, choices or Choices())
    said = [*_said(plan.request, plan.cluster.sla_breaks_at_rate_per_s), *plan.assumptions]
    return launch_of_cluster(plan.cluster, of_plan, tuple(said))


def _of_saved(plan: SavedPlan, catalogs: Catalogs, choices: Choices) -> Launch:
    design, _ = one_design(plan.deployment, catalogs)
    gpu = design.gpus[0]
    return launch_of(
        design, max_sequences=plan.replica.max_sequences, kv_tokens=plan.memory.kv_tokens_per_replica,
        cells=cells_in(design, plan.replica.max_sequences, plan.memory),
        host=host_of(plan.machine, gpu), replicas=plan.replicas, spare=plan.spare_replicas,
        assumptions=(*_said(plan.request, plan.breaks_at_per_s), *plan.assumptions),
        choices=_of_request(plan.request, choices),
    )  # fmt: skip


def _of_deployment(
    d: Deployment, catalogs: Catalogs, coefficients: Coefficients, choices: Choices, demand: Demand
) -> Launch | DoesNotFit:
    alone = d if d.concurrency is not None or d.rate_per_s is not None else replace(d, concurrency=1.0)
    found = estimate(alone, demand, catalogs, coefficients)
    if isinstance(found, DoesNotFit):
        return found
    design, notes = one_design(d, catalogs)
    return launch_of_design(
        design, max_sequences=d.max_sequences, kv_tokens=found.memory.kv_tokens_per_replica,
        cells=cells_in(design, d.max_sequences, found.memory), choices=choices,
        assumptions=tuple(notes),
    )  # fmt: skip


def _chat(d: Deployment, catalogs: Catalogs) -> Demand:
    """A chat's lengths, within the context that the deployment has."""
    asked = Request(model=d.model, traffic=Traffic(rate_per_s=1.0), engine=d.settings)
    request = with_lengths_that_fit(asked, catalogs)
    return Demand(shape_of(request.input_tokens), shape_of(request.output_tokens))


def choices_of_request(request: Request) -> Choices:
    """What a plan's request adds to how it is started."""
    return _of_request(request, Choices())


def _of_request(request: Request | None, choices: Choices) -> Choices:
    """The choices with what a plan was asked for."""
    if request is None:
        return choices
    lengths = shape_of(request.input_tokens), shape_of(request.output_tokens)
    longest = sum(float(each.at(np.array(LONGEST_Z))) for each in lengths)
    traffic = request.traffic
    quiet = traffic.rate_per_s * min(traffic.hourly) / traffic.peak_per_s
    return replace(
        choices, prefix_hit=traffic.prefix_hit, rate_per_s=traffic.peak_per_s, longest=longest,
        quiet_share=min(1.0, quiet), most_gpus=request.limits.max_gpus,
        offline=choices.offline or request.scope.air_gapped,
    )  # fmt: skip


def _said(request: Request | None, breaks_at: float) -> list[str]:
    """The load and the limits that it is planned for."""
    if request is None:
        return []
    limits = ", ".join(f"{key} {plain(value)}" for key, value in request.sla.items())
    return [
        f"{plain(request.traffic.peak_per_s)} requests a second of {request.input_tokens.average:.0f} tokens in and "
        f"{request.output_tokens.average:.0f} out on average, in the busiest hour; breaks at {breaks_at:.3g} a second",
        *([f"limits: {limits}"] if limits else []),
    ]
