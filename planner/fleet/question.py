"""From a fleet request and what can be bought to the numbers of the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.fleet.candidates import STEADY, Purchase
from planner.fleet.problem import FleetProblem
from planner.fleet.request import FleetRequest
from planner.formulas.types import Array
from planner.request.request import Traffic

PERIODS = 4


@dataclass(frozen=True)
class FleetQuestion:
    """A request with what is bought for it, as the solver sees both.

    bought: in the order of the columns of `problem`; periods: hours of the day in each; kinds: machines by the index
    that the problem has for them; texts: assumptions.
    """

    request: FleetRequest
    bought: list[Purchase]
    problem: FleetProblem
    periods: list[list[int]]
    kinds: list[str]
    texts: list[str]


def question(request: FleetRequest, bought: list[Purchase], texts: list[str]) -> FleetQuestion:
    """The problem of a request over all that may be bought."""
    periods, load, hours = _periods(request)
    kinds = list(dict.fromkeys(p.machine for p in bought))
    stock = {o.name: float(o.most) for o in request.owned} | {k: float(v) for k, v in request.limits.inventory.items()}
    limits = request.limits
    problem = FleetProblem(
        usd_per_hour=np.array([p.usd_per_hour for p in bought]),
        capacity=np.array([p.rate_per_s for p in bought]).T,
        load=load,
        hours=hours,
        steady=np.array([p.commitment in STEADY for p in bought]),
        gpus=np.array([float(p.machines * p.machine_gpus) for p in bought]),
        power_kw=np.array([p.power_kw for p in bought]),
        kind=np.array([kinds.index(p.machine) for p in bought]),
        machines=np.array([float(p.machines) for p in bought]),
        inventory=np.array([stock.get(kind, np.inf) for kind in kinds]),
        spare=np.array([limits.spare_replicas / p.replicas for p in bought]),
        spot=np.array([p.commitment == "spot" for p in bought]),
        max_gpus=_or_inf(limits.max_gpus),
        max_usd_per_hour=_or_inf(limits.max_usd_per_hour),
        max_power_kw=_or_inf(request.max_power_kw),
        max_spot_share=limits.max_spot_share,
        current=_current(request, bought),
        usd_per_change=limits.usd_per_change,
    )
    return FleetQuestion(request, bought, problem, periods, kinds, texts)


def _or_inf(value: float | None) -> float:
    return np.inf if value is None else float(value)


def _current(request: FleetRequest, bought: list[Purchase]) -> Array | None:
    """Units that run already: those of an instance type stand with its cheapest kind of purchase."""
    if not request.current:
        return None
    units = np.zeros(len(bought))
    for name, machines in request.current.items():
        mine = [i for i, p in enumerate(bought) if p.machine == name]
        if mine:
            units[mine[0]] = machines / bought[mine[0]].machines
    return units


def _periods(request: FleetRequest) -> tuple[list[list[int]], Array, Array]:
    """Hours in at most PERIODS groups of like load; each is planned for its busiest hour."""
    rates = np.array([_hourly(w.traffic) for w in request.workloads])
    weight = np.round((rates / rates.max(axis=1, keepdims=True)).sum(axis=0), 9)
    levels = np.unique(weight)
    cuts = [part.max() for part in np.array_split(levels, min(PERIODS, len(levels)))]
    place = np.searchsorted(cuts, weight)
    groups = [np.flatnonzero(place == k).tolist() for k in range(len(cuts))]
    load = np.stack([rates[:, g].max(axis=1) for g in groups], axis=1)
    return groups, load, np.array([len(g) / 24.0 for g in groups])


def _hourly(traffic: Traffic) -> Array:
    return traffic.average_per_s * np.array(traffic.hourly)
