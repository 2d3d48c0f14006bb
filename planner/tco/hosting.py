"""Ways to host a workload, each as a cost that follows volume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hardware_db.grids import rated_kw
from hardware_db.ownership import OwnershipTerm, Server
from hardware_db.schema import Accelerator
from planner.answers import Cluster
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.formulas.time import HOURS_PER_MONTH
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.plan.choice import clusters, winner
from planner.plan.scope import scope_designs
from planner.progress import Progress, each
from planner.request.request import OWNED, Request
from planner.search.candidates import Candidates, machines_for
from planner.search.market import Market, market, merged, own_offers
from planner.search.owned import owned_lines, owned_market, owned_offer, to_buy
from planner.search.prepared import prepare
from planner.search.search import DesignRates, search

CLOSED_FORM_MACHINES = (
    "machines are as many as the closed form asks for at each volume; plan simulates the one that it is asked about, "
    "and may need fewer or more"
)
# The user's own machines on the premises.
HAD = "own machines"


@dataclass(frozen=True)
class Way:
    """One way to host. `capacity_per_s`: mean requests a second of one machine within the SLA, peaks allowed for;
    `prompt_share`: of device time that prompts take; `busy_s`: seconds that a request keeps one machine busy;
    `server`: what is bought, None for rented machines; `spare`: machines that only spare replicas take; `least`: the
    fewest others that the capacity of each holds for, as several share bursts; `rated`: most that one machine draws
    [kW], with what that rests on, None where nothing of it is known."""

    name: str
    cluster: Cluster
    capacity_per_s: float
    prompt_share: float
    usd_per_hour: float
    server: Server | None
    busy_s: float
    spare: int = 0
    least: int = 1
    rated: tuple[float, str] | None = None

    def machines(self, rate_per_s: Array, capacity: Array = 1.0) -> Array:
        """Whole machines for a mean rate, spare ones included; `capacity` scales what one serves."""
        unit = self.unit
        units = np.ceil(rate_per_s / (self.capacity_per_s * capacity) / unit - 1e-9)
        return np.maximum(max(1.0, self.least / unit), units) * unit + self.spare

    @property
    def serving(self) -> int:
        """Machines of its cluster that do not only stand by."""
        return self.cluster.machine.count - self.spare

    @property
    def unit(self) -> int:
        """Machines of one replica where it spans several, else one."""
        return max(1, self.cluster.replica.gpus // max(1, self.cluster.machine.gpus))

    def load(self, rate_per_s: Array, machines: Array, speed: Array = 1.0) -> Array:
        """Share of time that the machines are busy, in proportion to the rate; `speed` scales what one serves."""
        return np.minimum(1.0, rate_per_s * self.busy_s / (machines * speed))

    def lines(
        self, machines: Array, terms: Mapping[str, Array], price: Array = 1.0, load: Array = 1.0
    ) -> dict[str, Array]:
        """Dollars (USD) a month by line; `terms` are values by id, `price` scales what machines cost, `load` is the
        share of time that they are busy."""
        if self.server is not None:
            server = replace(self.server, usd=replace(self.server.usd, value=self.server.usd.value * price))
            return owned_lines(server, machines, terms, load)
        staff = terms["staff_fte_cloud"] * terms["staff_usd_per_year"] / 12.0
        return {"rent": machines * self.usd_per_hour * price * HOURS_PER_MONTH, "staff": staff}


@dataclass(frozen=True)
class Stalls:
    """Where machines are to be had, by name: the offers of `shop` under each commitment and on owned machines, as a
    market and the number of its first offer; and the designs that fit, prepared once and rated at the volume asked.
    `known`: accelerators by id."""

    coefficients: Coefficients
    rated: DesignRates
    shop: Market
    stalls: Mapping[str, tuple[Market, int]]
    bought: Sequence[Server]
    known: Mapping[str, Accelerator]

    def ways(self, request: Request, progress: Progress | None = None) -> list[Way]:
        """The cheapest cluster of each stall that meets the SLA of `rated` at a request's rate; progress: by stall."""
        rated = self._rates(request)
        found = {name: self._cheapest(request, rated, *stall) for name, stall in each([*self.stalls.items()], progress)}
        best = {name: part for name, part in found.items() if part is not None}
        if not best:
            return []
        whole = self._together(list(best.values()))
        made = clusters(request, whole, self.shop, range(len(best)), self.coefficients)
        named = zip(best, made, strict=True)
        return [self._rated(_made(request, name, cluster, self.bought)) for name, cluster in named]

    def _rated(self, way: Way) -> Way:
        """The way with the most that one machine draws."""
        design = way.cluster.design
        if way.server is not None:
            return replace(way, rated=(way.server.kw.value, f"power of {way.server.name}: {way.server.kw.source}"))
        if design is None:
            return way
        return replace(way, rated=rated_kw(design.gpus[design.gpu[0]], way.cluster.machine.gpus, self.known))

    def _rates(self, request: Request) -> DesignRates:
        """What designs serve where the replicas share the request's rate, which is not that of all volumes."""
        prepared, total = self.rated.prepared, request.traffic.peak_per_s
        demand = prepared.curves.demand
        if demand.total_per_s == total:
            return self.rated
        curves = replace(prepared.curves, demand=replace(demand, total_per_s=total))
        return DesignRates.none_of(replace(prepared, curves=curves), self.rated.sla)

    def _cheapest(self, request: Request, rated: DesignRates, stall: Market, first: int) -> Candidates | None:
        """The cheapest candidate of a stall alone, its offer counted in the shop."""
        prepared = rated.prepared
        if not len(prepared.designs):
            return None
        found = search(prepared, stall, request, best=1, front=False, rated=rated)
        if not found.feasible.any():
            return None
        index = [winner(found)]
        sets = found.row[index]
        kept = np.searchsorted(prepared.kept, found.prepared.kept[found.design[sets]])
        return replace(
            found, prepared=prepared, design=kept, limit=found.limit[sets], replicas=found.replicas[sets],
            row=np.zeros(1, dtype=int), offer=found.offer[index] + first, machines=found.machines[index],
            usd_per_hour=found.usd_per_hour[index], feasible=found.feasible[index],
        )  # fmt: skip

    @staticmethod
    def _together(parts: Sequence[Candidates]) -> Candidates:
        """Candidates of one each, one after another: their records are made at once."""
        names = ("design", "limit", "replicas", "offer", "machines", "usd_per_hour", "feasible")
        columns: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return replace(parts[0], row=np.arange(len(parts)), **columns)


def stalls(
    request: Request, catalogs: Catalogs, coefficients: Coefficients, commitments: tuple[str, ...],
    gpus: tuple[str, ...], own: bool, terms: Mapping[str, OwnershipTerm],
) -> Stalls | None:  # fmt: skip
    """The stalls of a request; None where nothing is to be had. Raises InputError where the model is not for it."""
    bought = to_buy(catalogs.hardware, request.scope, gpus) if own else []
    if request.scope.at_home:
        parts = {HAD: own_offers(catalogs.hardware, request.scope)}
    else:
        parts = {name.replace("_", " "): _rented(request, catalogs, name) for name in commitments}
    if bought:
        parts[OWNED] = owned_market(catalogs.hardware, bought, {name: term.value for name, term in terms.items()})
    named = {name: part for name, part in parts.items() if part is not None}
    if not named:
        return None
    shop = merged(list(named.values()))
    model = catalogs.models.find(request.model or "").model
    demand = Demand.of(request)
    problem = request.engine.problem(demand.isl + demand.osl, model.id, model.max_context)
    if problem:
        raise InputError(problem)
    designs = scope_designs(request, model, shop, catalogs)
    prepared = prepare(designs, demand.within(model.max_context), coefficients, confidence=request.confidence)
    ends = np.cumsum([len(part.offers) for part in named.values()]).tolist()
    accelerators = catalogs.hardware.accelerators
    firsts = [end - len(part.offers) for part, end in zip(named.values(), ends, strict=True)]
    named_stalls = {
        name: (shop.take(np.arange(first, end)), first) for name, first, end in zip(named, firsts, ends, strict=True)
    }
    return Stalls(coefficients, DesignRates.none_of(prepared, request.sla), shop, named_stalls, bought, accelerators)


def ways(
    request: Request, catalogs: Catalogs, coefficients: Coefficients, commitments: tuple[str, ...],
    gpus: tuple[str, ...], own: bool, terms: Mapping[str, OwnershipTerm],
) -> list[Way]:  # fmt: skip
    """The cheapest cluster under each commitment, and on owned machines; those that meet the SLA only."""
    found = stalls(request, catalogs, coefficients, commitments, gpus, own, terms)
    return [] if found is None else found.ways(request)


def _made(request: Request, name: str, made: Cluster, bought: Sequence[Server]) -> Way:
    """The way `name`; what the cluster is called and bought by is that of the commitment."""
    if name == OWNED:
        server = next(s for s in bought if owned_offer(s).instance_type == made.machine.instance_type)
        return _way(name, request, made, server)
    if name == HAD:
        return _way(name, request, made, None)
    machine = made.machine.model_copy(update={"commitment": name.replace(" ", "_")})
    return _way(name, request, made.model_copy(update={"machine": machine}), None)


def _rented(request: Request, catalogs: Catalogs, commitment: str) -> Market | None:
    """The offers under a commitment; None where nobody rents these GPUs so."""
    try:
        return market(catalogs.hardware, request.scope.model_copy(update={"commitment": commitment}))
    except InputError as error:
        if "offer" in str(error):
            return None
        raise


def _way(name: str, request: Request, cluster: Cluster, server: Server | None) -> Way:
    peak = request.traffic.peak_per_s / request.traffic.average_per_s
    machine, working = cluster.machine, cluster.replicas - cluster.spare_replicas
    serving = int(machines_for(*map(np.asarray, (float(working), cluster.replica.gpus, machine.gpus))))
    capacity = cluster.sla_breaks_at_rate_per_s / peak / serving
    cost = cluster.cost
    spent_in = cost.usd_per_million_input_tokens * request.input_tokens.average
    spent_out = cost.usd_per_million_output_tokens * request.output_tokens.average
    share = spent_in / (spent_in + spent_out)
    busy_s = cluster.utilization * machine.count * (working / cluster.replicas) / request.traffic.peak_per_s
    spare = machine.count - serving
    return Way(name, cluster, capacity, share, machine.usd_per_hour_each, server, busy_s, spare)
