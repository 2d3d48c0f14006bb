"""How each kind of replica of a plan is started."""

from __future__ import annotations

from planner.answers import Cluster, Infeasible, PhasePool, Plan, ReplicaStart
from planner.export.commands import TRANSFER
from planner.plan.context import Context
from planner.plan.disaggregated import with_phases_apart
from planner.plan.offline import at_home, start_lines
from planner.request.request import Request


def with_start(answer: Plan | Infeasible, request: Request, context: Context) -> Plan | Infeasible:
    """The answer with what belongs to one's own premises, the phases apart where they are asked for, and the start
    command of each kind of replica; of an air-gapped plan the one without a network."""
    answer = at_home(answer, request, context.catalogs.hardware)
    if not isinstance(answer, Plan):
        return answer
    answer = with_phases_apart(answer, request, context)
    cluster, apart = answer.cluster, answer.disaggregated
    air_gapped = request.scope.air_gapped
    starts = [ReplicaStart(kind="replica", command=start_lines(cluster, air_gapped=air_gapped))]
    if apart is not None:
        pools = (("prefill", apart.prefill), ("decode", apart.decode))
        starts += [_of_pool(cluster, kind, pool, air_gapped) for kind, pool in pools]
    return answer.model_copy(update={"start": starts})


def _of_pool(cluster: Cluster, kind: str, pool: PhasePool, air_gapped: bool) -> ReplicaStart:
    one = cluster.model_copy(update={"replica": pool.replica, "machine": pool.machine})
    return ReplicaStart(kind=kind, command=[TRANSFER, *start_lines(one, air_gapped=air_gapped)])
