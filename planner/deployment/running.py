"""What a simulation runs: a plan's cluster, or a deployment as it is named."""

from __future__ import annotations

from planner.answers import Cluster, Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.confidence import device_factor
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.plan.context import Context
from planner.plan.rehearsal import Deployed
from planner.request.request import Request


def deployed(
    what: Plan | Cluster | Deployment, request: Request, context: Context, confidence: float | None
) -> Deployed:
    """The design that runs, with its replicas, at a confidence in place of the usual one."""
    if isinstance(what, Deployment):
        design, sure = _named(what, request, context.catalogs), 0.5 if confidence is None else confidence
        return Deployed(design, 1, what.max_sequences, device_factor(design, sure, context.coefficients))
    cluster = what.cluster if isinstance(what, Plan) else what
    if confidence is not None:
        request = request.model_copy(update={"confidence": confidence})
    return Deployed.planned(cluster, request, context.coefficients)


def _named(d: Deployment, request: Request, catalogs: Catalogs) -> Designs:
    """The one design of a deployment; raises InputError where it takes no request of mean length."""
    design, demand = one_design(d, catalogs)[0], Demand.of(request)
    problem = d.settings.problem(demand.isl + demand.osl, design.model.id, design.model.max_context)
    if problem:
        raise InputError(problem)
    return design
