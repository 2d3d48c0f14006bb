"""What serves each format of a comparison: one stated rate for all, or the same machines at their largest rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import cached_property

import numpy as np

from hardware_db.schema import Accelerator
from planner.answers import Cluster
from planner.deployment.fit import longest_context
from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.plan.choice import clusters, leaders
from planner.plan.idle import idle_figures
from planner.request.request import Request
from planner.search.candidates import (
    Candidates,
    best_rate,
    carries_load,
    evaluate,
    machines_for,
    pairs,
    within_limits,
)
from planner.search.groups import kind_of
from planner.search.market import Market
from planner.search.prepared import Prepared


@dataclass(frozen=True)
class Units(Columns):
    """Designs on machines of an offer: full machines, their GPUs, the rate [1/s] and dollars (USD) an hour."""

    design: Array = field(metadata=COLUMN)
    offer: Array = field(metadata=COLUMN)
    replicas: Array = field(metadata=COLUMN)
    machines: Array = field(metadata=COLUMN)
    gpus: Array = field(metadata=COLUMN)
    rate: Array = field(metadata=COLUMN)
    usd: Array = field(metadata=COLUMN)


# GPU (None for the best of all), weight format and cache format, by id.
FormatKey = tuple[str | None, str, str]


@dataclass(frozen=True)
class Served:
    """A cluster with its design, the rate that its dollars a token are of, its largest rate within the SLA [1/s], and
    the longest context that it holds [tokens]."""

    cluster: Cluster
    design: Designs
    rate_per_s: float
    sustainable_per_s: float
    longest_context: int


@dataclass(frozen=True)
class Comparison:
    """The question of a table: what was prepared, where it may be rented, and what each replica serves at most.

    best: D x L of `prepared`; each: whether every GPU has rows of its own.
    """

    request: Request
    prepared: Prepared
    market: Market
    coefficients: Coefficients
    best: Array
    each: bool

    @classmethod
    def of(cls, request: Request, prepared: Prepared, market: Market, coefficients: Coefficients) -> Comparison:
        best = best_rate(prepared, request.sla)
        return cls(request, prepared, market, coefficients, best, bool(request.scope.gpus))

    @cached_property
    def idle(self) -> dict[str, Array]:
        """`idle_figures` of the designs, which every format without a cluster is explained by."""
        return idle_figures(self.request, self.prepared)

    def key(self, design: int) -> FormatKey:
        d = self.prepared.designs
        gpu = d.gpus[d.gpu[design]].id if self.each else None
        return gpu, d.formats[d.fmt[design]].id, d.kv_formats[d.kv[design]].id

    def at_stated_rate(self) -> dict[FormatKey, Served]:
        """The cheapest cluster of each at the request's rate."""
        found = evaluate(self.prepared, self.market, self.request, self.best)
        picked: dict[FormatKey, int] = {}
        for index in leaders(found, kind_of(found)).tolist():
            picked.setdefault(self.key(int(found.design[found.row[index]])), index)
        made = clusters(self.request, found, self.market, list(picked.values()), self.coefficients)
        rate = self.request.traffic.average_per_s
        out = {}
        for (key, index), cluster in zip(picked.items(), made, strict=True):
            design = int(found.design[found.row[index]])
            most = float(self.best[design].max()) * (cluster.replicas - cluster.spare_replicas)
            out[key] = self._served(cluster, design, rate, most)
        return out

    def at_largest_rate(self, native: Callable[[Accelerator], tuple[str, str]]) -> dict[FormatKey, Served]:
        """Each on the machines on which the native pair of formats costs least a request; where that does not run, on
        those of the cheapest."""
        units = self._units()
        on = self.prepared.designs.gpu[units.design]
        out: dict[FormatKey, Served] = {}
        for gpu in np.unique(on).tolist() if self.each else [None]:
            mine = np.ones(len(on), dtype=bool) if gpu is None else on == gpu
            own = mine & np.array([self._is_native(int(k), native) for k in units.design], dtype=bool)
            pool = np.flatnonzero(own if own.any() else mine)
            if len(pool):
                ranked = np.lexsort((units.gpus[pool], np.round(units.usd[pool] / units.rate[pool], 9)))
                out |= self._on_machines_of(units, int(pool[ranked[0]]))
        return out

    def _is_native(self, design: int, native: Callable[[Accelerator], tuple[str, str]]) -> bool:
        d = self.prepared.designs
        return self.key(design)[1:] == native(d.gpus[d.gpu[design]])

    def _on_machines_of(self, units: Units, chosen: int) -> dict[FormatKey, Served]:
        """The design that serves most, of each pair of formats, on as many machines as the chosen unit has."""
        whole = units.machines[chosen] % units.machines == 0
        rows = np.flatnonzero((units.offer == units.offer[chosen]) & whole)
        times = units.machines[chosen] / units.machines[rows]
        order = np.argsort(-(units.rate[rows] * times), kind="stable")
        found: dict[FormatKey, Served] = {}
        for row, count in zip(rows[order].tolist(), times[order].tolist(), strict=True):
            key = self.key(int(units.design[row]))
            if key not in found:
                found[key] = self._unit(units.take(np.array([row])), count)
        return found

    def _unit(self, unit: Units, times: float) -> Served:
        """One unit, so many times, at the largest rate that it serves within the SLA."""
        design, rate = int(unit.design[0]), float(unit.rate[0] * times)
        request = self.request.at_rate(rate)
        request = request.model_copy(update={"limits": request.limits.model_copy(update={"spare_replicas": 0})})
        found = Candidates(
            prepared=self.prepared, rate_per_s=rate, spare=0, design=unit.design,
            limit=np.array([int(np.argmax(self.best[design]))]), replicas=unit.replicas * times, row=np.array([0]),
            offer=unit.offer, machines=unit.machines * times, usd_per_hour=unit.usd * times, feasible=np.array([True]),
        )  # fmt: skip
        cluster = clusters(request, found, self.market, [0], self.coefficients)[0]
        return self._served(cluster, design, rate, rate)

    def _units(self) -> Units:
        """Every design on every machine that holds it, the machine full; a replica on several has them to itself."""
        design, offer = pairs(self.prepared.designs, self.market)
        size, machine = self.prepared.designs.gpus_per_replica[design], self.market.size[offer]
        replicas = np.maximum(1.0, machine // size)
        machines = machines_for(replicas, size, machine)
        rate = np.where(carries_load(self.prepared, self.best), self.best, 0.0)[design].max(axis=1) * replicas
        usd = machines * self.market.usd_per_hour[offer]
        able = (rate > 0.0) & within_limits(self.request, machines, usd, self.market, offer)
        return Units(design, offer, replicas, machines, machines * machine, rate, usd).take(able)

    def _served(self, cluster: Cluster, design: int, rate: float, most: float) -> Served:
        one = self.prepared.designs.take(np.array([design]))
        parts = footprint(one, self.coefficients, max_sequences=np.array([float(cluster.replica.max_sequences)]))
        context = longest_context(one, float(parts.kv_pool[0, 0]), one.model.max_context)
        return Served(cluster, one, rate, most, context)
