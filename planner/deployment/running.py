"""What a simulation runs: a plan's cluster, or a deployment as it is named."""

from __future__ import annotations

from planner.answers import Cluster, Plan, Replica, Simulation
from planner.catalogs import Catalogs
from planner.deployment.thinking import at_own_rate
from planner.errors import InputError
from planner.load.context import must_be_within_context
from planner.load.records import replica
from planner.physics.confidence import caution_of
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.plan.context import Context
from planner.plan.rehearsal import Deployed, Rehearsal, Watch, rehearse
from planner.request.request import Request
from planner.request.strict import a, number
from planner.simulation.clock import MAX_BATCH


def run_through(
    what: Plan | Cluster | Deployment, request: Request, run: Rehearsal | None, context: Context,
    confidence: float | None, watch: Watch | None,
) -> Simulation:  # fmt: skip
    """Traffic through what is named or planned; see `Planner.simulate`."""
    planned = not isinstance(what, Deployment)
    # What was planned runs on the traffic that it was planned for.
    run = Rehearsal(busiest=planned) if run is None else run
    run.check()
    found = deployed(what, request, context, confidence)
    if not planned and run.trace is None:
        request = at_own_rate(request, found, run.replicas or found.replicas, context.coefficients)
    return rehearse(request, found, run, context.coefficients, watch)


def deployed(
    what: Plan | Cluster | Deployment, request: Request, context: Context, confidence: float | None
) -> Deployed:
    """The design that runs, with its replicas, at a confidence in place of the usual one."""
    if isinstance(what, Deployment):
        what.check()
        design, texts = _named(what, request, context.catalogs)
        caution = caution_of(design, 0.5 if confidence is None else confidence, context.coefficients)
        return Deployed(design, 1, what.max_sequences, caution, named=True, texts=tuple(texts))
    cluster = a(what.cluster if isinstance(what, Plan) else what, Cluster, "what")
    _check_cluster(cluster, request, context.catalogs)
    if confidence is not None:
        request = request.model_copy(update={"confidence": confidence})
    return Deployed.planned(cluster, request, context.coefficients)


def _check_cluster(cluster: Cluster, request: Request, catalogs: Catalogs) -> None:
    """Raise InputError where a cluster is not the design that it carries, or that is of other records than these."""
    design = cluster.design
    if design is None:
        return
    number(cluster.replica.max_sequences, "cluster.replica.max_sequences", 1, MAX_BATCH, whole=True)
    gpu, planned = design.gpus[design.gpu[0]], replica(design, 0, cluster.replica.max_sequences)
    changed = [name for name in Replica.model_fields if getattr(planned, name) != getattr(cluster.replica, name)]
    if changed:
        was, now = (str(getattr(r, changed[0])) for r in (planned, cluster.replica))
        raise InputError(f"cluster.replica.{changed[0]}: {now:.60} is not what was planned ({was}); name a Deployment")
    if cluster.machine.gpu != gpu.name:
        raise InputError(f"cluster.machine.gpu: {cluster.machine.gpu:.60} is not what was planned ({gpu.name})")
    known = catalogs.models.find(request.model or design.model.id).model
    if known != design.model:
        raise InputError(
            f"plan: {design.model.id} is not what this planner has as {request.model or known.id}; plan it again"
        )
    found = catalogs.hardware.accelerators.get(gpu.id)
    if (
        found is None
        or found.model_dump() != gpu.model_dump()
        or (gpu.topologies[:1] and gpu.topologies[0] not in found.topologies)
    ):
        raise InputError(f"plan: {gpu.name} is not the record that this planner has; plan it again")


def _named(d: Deployment, request: Request, catalogs: Catalogs) -> tuple[Designs, list[str]]:
    """The one design of a deployment, and what was taken for granted to make it; raises InputError where it takes no
    request of mean length."""
    design, texts = one_design(d, catalogs)
    must_be_within_context(request.model_copy(update={"engine": d.settings}), design.model)
    return design, texts
