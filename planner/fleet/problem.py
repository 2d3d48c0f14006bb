"""The fleet as numbers: what can be bought, what each purchase serves, and what limits it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner.formulas.columns import COLUMN, LAST, Columns
from planner.formulas.types import Array


@dataclass(frozen=True)
class FleetProblem(Columns):
    """J kinds of purchase, W workloads, T periods of the day.

    usd_per_hour: J, one unit; capacity: W x J, requests a second that a unit serves of a workload alone (0: none);
    load: W x T, requests a second; hours: T, shares of the day; steady: J, bought for all periods (reserved, owned) or
    by the period; gpus, power_kw: J; kind: J, index of the machine type for `inventory` (units, inf where free);
    machines: J, machines in a unit; spare: J, units kept idle in a kind that is used; spot: J; current: J, units that
    run already (None: none do), and what a unit more or less costs; least: J x T, units that must be bought (None: no
    such). Earlier columns win ties.
    """

    usd_per_hour: Array = field(metadata=COLUMN)
    capacity: Array = field(metadata=LAST)
    load: Array
    hours: Array
    steady: Array = field(metadata=COLUMN)
    gpus: Array = field(metadata=COLUMN)
    power_kw: Array = field(metadata=COLUMN)
    kind: Array = field(metadata=COLUMN)
    machines: Array = field(metadata=COLUMN)
    inventory: Array
    spare: Array = field(metadata=COLUMN)
    spot: Array = field(metadata=COLUMN)
    max_gpus: float = np.inf
    max_usd_per_hour: float = np.inf
    max_power_kw: float = np.inf
    max_spot_share: float = 1.0
    current: Array | None = field(default=None, metadata=COLUMN)
    usd_per_change: float = 0.0
    least: Array | None = field(default=None, metadata=COLUMN)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(J, W, T)."""
        return len(self.usd_per_hour), self.load.shape[0], self.load.shape[1]


@dataclass(frozen=True)
class Fleet:
    """An answer: units J x T, capacity given to workloads W x J x T (units), dollars an hour, and how sure it is.

    gap: relative distance to the best bound, 0 when proven optimal.
    """

    units: Array
    share: Array
    usd_per_hour: float
    usd_of_changes: float
    gap: float
    proven: bool


@dataclass(frozen=True)
class NoFleet:
    """No purchase serves the load within the limits; or the solver found none in its time."""

    proven: bool


def usage(problem: FleetProblem, units: Array) -> dict[str, Array]:
    """GPUs, kW and machines by kind in every period (T, T, kinds x T)."""
    kinds = np.zeros((len(problem.inventory), units.shape[1]))
    np.add.at(kinds, problem.kind, units * problem.machines[:, None])
    return {"gpus": problem.gpus @ units, "power_kw": problem.power_kw @ units, "machines": kinds}
