"""Kinds of purchase for a fleet: the best replica designs on every offer, and what a unit of each serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hardware_db.schema import Accelerator, Offer
from planner.catalogs import Catalogs
from planner.fleet.request import FleetRequest, Owned, Workload
from planner.formulas.power import board_power_w
from planner.formulas.types import Array
from planner.load.context import must_be_within_context
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.plan.scope import scope_designs, under_usual_engine
from planner.request.request import OWNED, Scope
from planner.search.candidates import best_rate, pairs
from planner.search.market import Market, market, merged
from planner.search.premises import on_premises
from planner.search.prepared import batch_limits, prepare

PER_OFFER = 2
STEADY = ("1y_reserved", "3y_reserved", "owned")


@dataclass(frozen=True)
class Purchase:
    """A design on a machine under a commitment. One unit is `machines` machines that hold `replicas` replicas."""

    offer: Offer | None
    owned: Owned | None
    commitment: str
    gpu: Accelerator
    machine_gpus: int
    machines: int
    replicas: int
    usd_per_hour: float
    power_kw: float
    design: Designs
    max_sequences: int
    rate_per_s: tuple[float, ...]

    @property
    def machine(self) -> str:
        return self.offer.instance_type if self.offer else self.owned.name if self.owned else ""

    @property
    def label(self) -> tuple[str, ...]:
        d = self.design
        where = (self.offer.provider, self.offer.region) if self.offer else ("owned", "")
        cut = f"tp{d.tp[0]} pp{d.pp[0]} ep{d.ep[0]} dp{d.dp[0]}"
        formats = (d.formats[d.fmt[0]].id, d.kv_formats[d.kv[0]].id)
        return (*where, self.machine, self.commitment, d.model.id, *formats, cut, str(self.max_sequences))


def purchases(
    request: FleetRequest, catalogs: Catalogs, coefficients: Coefficients
) -> tuple[list[Purchase], dict[str, str]]:
    """All kinds of purchase, cheapest unit first, and for workloads that nothing serves the reason."""
    found: list[Purchase] = []
    shop = _shop(request, catalogs)
    for name in dict.fromkeys(w.model for w in request.workloads):
        mine = [w for w in request.workloads if w.model == name]
        found += _of_model(request, catalogs, coefficients, shop, mine)
    found.sort(key=lambda p: (round(p.usd_per_hour, 6), p.label))
    served = np.array([p.rate_per_s for p in found]).reshape(len(found), len(request.workloads))
    missing = {
        w.name: "no design in scope meets its SLA, however few requests it gets"
        for i, w in enumerate(request.workloads)
        if not (served[:, i] > 0).any()
    }
    return found, missing


@dataclass(frozen=True)
class _Shop:
    """Everything that can be bought, as one market; `commitment` and `owned` go with its offers."""

    market: Market
    commitment: tuple[str, ...]
    owned: tuple[Owned | None, ...]


def _shop(request: FleetRequest, catalogs: Catalogs) -> _Shop:
    """The offers of all commitments asked for, and the machines one owns."""
    scope = request.alone(request.workloads[0]).scope
    if scope.at_home:
        return _at_home(request, catalogs, scope)
    parts = [market(catalogs.hardware, scope.model_copy(update={"commitment": c})) for c in request.scope.commitments]
    commitments = [c for c, part in zip(request.scope.commitments, parts, strict=True) for _ in part.offers]
    parts += [_owned_market(owned, catalogs.hardware.accelerator(owned.gpu)) for owned in request.owned]
    rented = (None,) * len(commitments)
    return _Shop(merged(parts), (*commitments, *("owned" for _ in request.owned)), (*rented, *request.owned))


def _at_home(request: FleetRequest, catalogs: Catalogs, scope: Scope) -> _Shop:
    """The machines that the file names, or where it names none those that one may buy and one's own offers."""
    if request.owned:
        parts = [_owned_market(owned, catalogs.hardware.accelerator(owned.gpu)) for owned in request.owned]
        return _Shop(merged(parts), (OWNED,) * len(parts), request.owned)
    shop = on_premises(catalogs.hardware, scope)
    return _Shop(shop, (OWNED,) * len(shop.offers), (None,) * len(shop.offers))


def _owned_market(owned: Owned, gpu: Accelerator) -> Market:
    offer = Offer.model_construct(
        provider="owned", instance_type=owned.name, region="", accelerator=gpu.id, accelerators=float(owned.gpus),
        as_of="", source="stated as owned",
    )  # fmt: skip
    numbers = (np.array([owned.gpus]), np.array([owned.usd_per_hour]), np.array([True]))
    return Market((offer,), (gpu,), np.array([0]), *numbers)


def _of_model(
    request: FleetRequest, catalogs: Catalogs, coefficients: Coefficients, shop: _Shop, mine: list[Workload]
) -> list[Purchase]:
    """The designs that serve a workload of this model most cheaply on each offer."""
    model = catalogs.models.find(mine[0].model).model
    for w in mine:
        must_be_within_context(request.alone(w), model)
    designs = scope_designs(under_usual_engine(request.alone(mine[0]), catalogs), model, shop.market, catalogs)
    if not len(designs):
        return []
    rates = {w.name: _rates(request, designs, w, coefficients) for w in mine}
    row_design, row_offer = pairs(designs, shop.market)
    size, machine = designs.gpus_per_replica[row_design], shop.market.size[row_offer]
    dollars = np.maximum(1, size // machine) * shop.market.usd_per_hour[row_offer] / np.maximum(1, machine // size)
    chosen: dict[tuple[int, int, int], None] = {}
    for w in mine:
        rate = rates[w.name][row_design]
        price = np.divide(dollars[:, None], rate, out=np.full_like(rate, np.inf), where=rate > 0)
        limit = price.argmin(axis=1)
        cheapest = price[np.arange(len(price)), limit]
        order = np.lexsort((np.arange(len(price)), cheapest, row_offer))
        rank = np.arange(len(order)) - np.searchsorted(row_offer[order], row_offer[order])
        for i in order[(rank < PER_OFFER) & np.isfinite(cheapest[order])]:
            chosen[int(row_design[i]), int(limit[i]), int(row_offer[i])] = None
    return [_purchase(request, designs, shop, rates, mine, *key) for key in chosen]


def _rates(request: FleetRequest, designs: Designs, w: Workload, coefficients: Coefficients) -> Array:
    """Requests a second that a replica of each design serves of one workload, D x L."""
    alone = request.alone(w)
    prepared = prepare(
        designs, Demand.of(alone, designs.model.max_context), coefficients, confidence=request.confidence
    )
    out = np.zeros((len(designs), len(batch_limits(designs))))
    if len(prepared.designs):
        out[prepared.kept] = best_rate(prepared, w.sla)
    return out


def _purchase(
    request: FleetRequest, designs: Designs, shop: _Shop, rates: dict[str, Array], mine: list[Workload], design: int,
    limit: int, offer: int,
) -> Purchase:  # fmt: skip
    rented, commitment, owned = shop.market, shop.commitment[offer], shop.owned[offer]
    size, machine = int(designs.gpus_per_replica[design]), int(rented.size[offer])
    replicas, machines = max(1, machine // size), max(1, size // machine)
    gpu = rented.gpus[rented.gpu[offer]]
    alive = 1.0 - request.limits.interruption_allowance if commitment == "spot" else 1.0
    served = tuple(
        float(rates[w.name][design, limit]) * replicas * alive if w in mine else 0.0 for w in request.workloads
    )
    board = machine * float(board_power_w(gpu.tdp_w, 1.0)) / 1e3 if gpu.tdp_w else 0.0
    return Purchase(
        None if owned else rented.offers[offer], owned, commitment, gpu, machine, machines, replicas,
        machines * float(rented.usd_per_hour[offer]), machines * (owned.power_kw if owned else board),
        designs.take(np.array([design])), int(batch_limits(designs)[limit]), served,
    )  # fmt: skip
