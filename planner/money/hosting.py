"""Ways to host a workload, each as a cost that follows volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hardware_db.schema import Offer
from planner.choice import feasible
from planner.demand import Demand
from planner.formulas.types import Array
from planner.inputs import Request
from planner.money.terms import HOURS_PER_MONTH, Server, Term, owned_lines, owned_usd_per_hour, servers
from planner.offers import Market
from planner.plan import Catalogs, caution, plan, scope_designs
from planner.results import Cluster, Plan
from planner.search import evaluate, prepare

SECONDS = HOURS_PER_MONTH * 3600.0


@dataclass(frozen=True)
class Way:
    """One way to host. `capacity_per_s`: mean requests a second of one machine within the SLA, peaks allowed for;
    `prompt_share`: of device time that prompts take; `server`: what is bought, None for rented machines."""

    name: str
    cluster: Cluster
    capacity_per_s: float
    prompt_share: float
    usd_per_hour: float
    server: Server | None

    def machines(self, rate_per_s: Array, capacity: Array = 1.0) -> Array:
        """Whole machines for a mean rate; `capacity` scales what one serves."""
        unit = self.unit
        return np.maximum(1.0, np.ceil(rate_per_s / (self.capacity_per_s * capacity) / unit - 1e-9)) * unit

    @property
    def unit(self) -> int:
        """Machines of one replica where it spans several, else one."""
        return max(1, self.cluster.replica.gpus // max(1, self.cluster.machine.gpus))

    def lines(self, machines: Array, terms: Mapping[str, Array], price: Array = 1.0) -> dict[str, Array]:
        """Dollars (USD) a month by line; `terms` are values by id, `price` scales what machines cost."""
        if self.server is not None:
            server = replace(self.server, usd=replace(self.server.usd, value=self.server.usd.value * price))
            return owned_lines(server, machines, terms)
        staff = terms["staff_fte_cloud"] * terms["staff_usd_per_year"] / 12.0
        return {"rent": machines * self.usd_per_hour * price * HOURS_PER_MONTH, "staff": staff}


def ways(request: Request, catalogs: Catalogs, commitments: tuple[str, ...], gpus: tuple[str, ...], own: bool,
         terms: Mapping[str, Term]) -> list[Way]:  # fmt: skip
    """The cheapest cluster under each commitment, and on owned servers; those that meet the SLA only."""
    found = []
    for commitment in commitments:
        scope = request.scope.model_copy(update={"commitment": commitment})
        answer = _or_none(request.model_copy(update={"scope": scope}), catalogs)
        if answer is not None:
            found.append(_way(commitment.replace("_", " "), request, answer.cluster, None))
    if own:
        found += _owned(request, catalogs, gpus, {k: t.value for k, t in terms.items()})
    return found


def _or_none(request: Request, catalogs: Catalogs) -> Plan | None:
    from planner.errors import InputError

    try:
        answer = plan(request, catalogs)
    except InputError as error:
        if "offer" in str(error):
            return None  # nobody rents these under that commitment
        raise
    return answer if isinstance(answer, Plan) else None


def _owned(request: Request, catalogs: Catalogs, gpus: tuple[str, ...], values: Mapping[str, float]) -> list[Way]:
    wanted = [catalogs.hardware.accelerator(name).id for name in gpus] or list(servers())
    wanted = [name for name in wanted if name in servers() and _in_scope(request, catalogs, name)]
    if not wanted:
        return []
    bought = [servers()[name] for name in wanted]
    accelerators = tuple(catalogs.hardware.accelerators[name] for name in wanted)
    rented = Market(
        tuple(_offer(server) for server in bought), accelerators, np.arange(len(bought)),
        np.array([s.gpus for s in bought]), np.array([owned_usd_per_hour(s, values) for s in bought]),
        np.ones(len(bought), dtype=bool),
    )  # fmt: skip
    model = catalogs.models.find(request.model or "").model
    designs = scope_designs(request, model, rented)
    prepared = prepare(designs, Demand.of(request), caution=caution(request.confidence))
    if not len(prepared.designs):
        return []
    candidates = evaluate(prepared, rented, request)
    if not candidates.feasible.any():
        return []
    answer = feasible(request, designs, candidates, rented, [])
    server = next(s for s in bought if catalogs.hardware.accelerators[s.gpu].name == answer.cluster.machine.gpu)
    return [_way("owned", request, answer.cluster, server)]


def _in_scope(request: Request, catalogs: Catalogs, gpu: str) -> bool:
    named = {catalogs.hardware.accelerator(name).id for name in request.scope.gpus}
    return not named or gpu in named


def _offer(server: Server) -> Offer:
    return Offer.model_construct(
        provider="owned", instance_type=f"8x {server.gpu} server", region="", accelerator=server.gpu,
        accelerators=float(server.gpus), as_of=server.usd.as_of, source=server.usd.source,
    )  # fmt: skip


def _way(name: str, request: Request, cluster: Cluster, server: Server | None) -> Way:
    peak = request.traffic.peak_per_s / request.traffic.average_per_s
    capacity = cluster.sla_breaks_at_rate_per_s / peak / cluster.machine.count
    cost = cluster.cost
    spent_in = cost.usd_per_million_input_tokens * request.input_tokens.average
    spent_out = cost.usd_per_million_output_tokens * request.output_tokens.average
    share = spent_in / (spent_in + spent_out)
    return Way(name, cluster, capacity, share, cluster.machine.usd_per_hour_each, server)
