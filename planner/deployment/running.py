"""What a simulation runs: a plan's cluster, or a deployment as it is named."""

from __future__ import annotations

from planner.answers import Cluster, Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.plan.context import Context
from planner.plan.rehearsal import Deployed
from planner.request.request import Request


def deployed(what: Plan | Cluster | Deployment, request: Request, context: Context, slow: float | None) -> Deployed:
    """The design that runs, with its replicas; `slow` in place of the usual factor on device times."""
    if isinstance(what, Deployment):
        return Deployed(_named(what, request, context.catalogs), 1, what.max_sequences, 1.0 if slow is None else slow)
    cluster = what.cluster if isinstance(what, Plan) else what
    found = Deployed.planned(cluster, request, context.coefficients)
    return found if slow is None else Deployed(found.design, found.replicas, found.max_sequences, slow)


def _named(d: Deployment, request: Request, catalogs: Catalogs) -> Designs:
    """The one design of a deployment; raises InputError where it takes no request of mean length."""
    design, demand = one_design(d, catalogs)[0], Demand.of(request)
    problem = d.settings.problem(demand.isl + demand.osl, design.model.id, design.model.max_context)
    if problem:
        raise InputError(problem)
    return design
