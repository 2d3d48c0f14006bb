"""Energy of a cluster by its load: power, PUE, kWh a month and carbon dioxide."""

from __future__ import annotations

from collections.abc import Mapping

from hardware_db.grids import DEFAULT_GRID, find_grid, rated_kw
from hardware_db.ownership import terms_with
from hardware_db.schema import Accelerator
from planner.answers import Cluster
from planner.answers.energy import Energy
from planner.formulas.power import machine_power_kw
from planner.formulas.time import HOURS_PER_MONTH
from planner.request.request import OWNED, Request, Scope

GRAMS = 1000.0


def cluster_energy(
    cluster: Cluster, request: Request, gpu: Accelerator, known: Mapping[str, Accelerator]
) -> Energy | None:
    """Energy of a planned cluster at the mean rate of the day, in proportion to its load in the busiest hour; spare
    replicas are idle.

    known: the accelerators of the catalog, by id.
    """
    machine, traffic = cluster.machine, request.traffic
    terms = {name: term.value for name, term in terms_with(dict(request.scope.owning)).items()}
    working = (cluster.replicas - cluster.spare_replicas) / cluster.replicas
    load = working * cluster.utilization * traffic.average_per_s / traffic.peak_per_s
    rated = rated_kw(gpu, machine.gpus, known)
    if rated is None:
        return None
    return energy(*rated, machine.count, load, request.scope, terms, own=machine.provider == OWNED)


def energy(
    max_kw: float, basis: str, machines: int, load: float, scope: Scope, terms: Mapping[str, float], *, own: bool
) -> Energy:
    """Energy of machines that draw at most `max_kw` each and are busy a share `load` of the time."""
    shares = {"idle_share": terms["idle_share"], "busy_share": terms["load_share"]}
    idle, busy, mean = (float(machine_power_kw(max_kw, at, **shares)) for at in (0.0, 1.0, load))
    kwh = machines * mean * terms["pue"] * HOURS_PER_MONTH
    name, grams, source = _grid(scope)
    tariff = terms["usd_per_kwh"] if own else None
    return Energy(
        machines=machines, idle_kw=idle, busy_kw=busy, load=load, mean_kw=machines * mean, pue=terms["pue"],
        kwh_per_month=kwh, usd_per_kwh=tariff, usd_per_month=None if tariff is None else round(kwh * tariff, 2),
        grid=name, g_co2_per_kwh=grams, grid_source=source, kg_co2_per_month=kwh * grams / GRAMS, basis=basis,
    )  # fmt: skip


def _grid(scope: Scope) -> tuple[str, float, str]:
    """Name, grams of CO2 a kWh and source of the grid: what is stated, else that of the world (assumed)."""
    if scope.grid_g_per_kwh is not None:
        return scope.grid or "stated", scope.grid_g_per_kwh, "stated"
    grid = find_grid(scope.grid or DEFAULT_GRID)
    return grid.name if scope.grid else f"{grid.name} (assumed)", grid.g_co2_per_kwh, grid.said
