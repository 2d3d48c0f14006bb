"""What a plan is named by beside the answer to another question: its dollars, its machines and its formats."""

from __future__ import annotations

from planner.answers import Cluster, Machine
from planner.frozen import dataclass
from planner.plan.cheapest import Held


@dataclass(frozen=True)
class PricedPlan:
    """A plan's dollars [USD/hour], machines and formats; whether it was simulated."""

    usd_per_hour: float
    machine: Machine
    weight_format: str
    kv_format: str
    simulated: bool

    @property
    def gpus(self) -> int:
        return self.machine.count * self.machine.gpus

    @classmethod
    def of_cluster(cls, c: Cluster) -> PricedPlan:
        """That of the closed form."""
        return cls(c.cost.usd_per_hour, c.machine, c.replica.weight_format, c.replica.kv_format, simulated=False)

    @classmethod
    def of_held(cls, held: Held) -> PricedPlan:
        """What holds in its simulation."""
        replica = held.replica
        return cls(held.usd_per_hour, held.machine, replica.weight_format, replica.kv_format, simulated=True)
