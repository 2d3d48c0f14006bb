"""Carbon dioxide of electricity by country, and the power of whole machines."""

import csv
from collections.abc import Mapping
from functools import cache
from statistics import median
from typing import Annotated

from pydantic import Field, TypeAdapter

from hardware_db.ownership import DATA
from hardware_db.schema import Accelerator, Record
from hardware_db.servers import servers
from planner.errors import InputError, closest

GRIDS = DATA.with_name("grids.csv")
DEFAULT_GRID = "world"


class PowerGrid(Record):
    """Yearly mean of a grid, over the life of its plants [g CO2-equivalent a kWh]."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    code: Annotated[str, Field(min_length=2, max_length=3)]
    g_co2_per_kwh: Annotated[float, Field(ge=0, le=2000, strict=False)]
    year: Annotated[int, Field(ge=2015, le=2040, strict=False)]
    source: Annotated[str, Field(min_length=1)]

    @property
    def said(self) -> str:
        return f"{self.source}, {self.year}"


@cache
def grids() -> dict[str, PowerGrid]:
    """The grids by name, strictly checked."""
    with GRIDS.open(encoding="utf-8", newline="") as handle:
        rows = TypeAdapter(tuple[PowerGrid, ...]).validate_python(list(csv.DictReader(handle)))
    return {row.name: row for row in rows}


def find_grid(name: str) -> PowerGrid:
    """A grid by name or country code; raises InputError with the nearest names."""
    wanted = name.strip().lower().replace(" ", "-")
    for grid in grids().values():
        if wanted in (grid.name, grid.code.lower()):
            return grid
    near = ", ".join(closest(wanted, grids()))
    raise InputError(f"scope.grid (--grid): {name[:60]!r} is not known (nearest: {near}; or state --grid-g-per-kwh)")


def rated_kw(gpu: Accelerator, count: int, known: Mapping[str, Accelerator]) -> tuple[float, str] | None:
    """Most that a machine with `count` of a GPU draws [kW], and what that rests on; None where no TDP is known.

    known: the accelerators of the catalog, by id. A machine on sale has a stated power; else each GPU draws its TDP
    times what machines draw over that of their GPUs.
    """
    same = [server for server in servers() if server.gpu == gpu.id]
    if same:
        server = min(same, key=lambda s: (abs(s.gpus - count), s.name))
        return server.kw.value * count / server.gpus, f"power of {server.name}: {server.kw.source}"
    if gpu.tdp_w is None:
        return None
    basis = "TDP times the median of machines over their accelerators"
    return gpu.tdp_w / 1e3 * count * machine_over_gpus(known), basis


def machine_over_gpus(known: Mapping[str, Accelerator]) -> float:
    """Median of the stated power of machines over the TDP of their accelerators, which are `known` by id."""
    shares = [s.kw.value * 1e3 / (tdp * s.gpus) for s in servers() if (tdp := known[s.gpu].tdp_w)]
    return float(median(shares))
