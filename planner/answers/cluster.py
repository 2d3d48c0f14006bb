"""A complete cluster: machines, replicas, dollars, latency and memory."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import PrivateAttr

from planner.answers.base import Answer
from planner.answers.parts import Latencies, Memory, Replica
from planner.answers.quality import ServedQuality
from planner.words import counted

if TYPE_CHECKING:
    from planner.physics.design import Designs


def age_text(days: int | None) -> str:
    """An age after a day, in words; nothing where it is not known.

    >>> age_text(19), age_text(-1), age_text(None)
    (', 19 days old', ', 1 day later than asked about', '')
    """
    if days is None:
        return ""
    return f", {counted(days, 'day')} old" if days >= 0 else f", {counted(-days, 'day')} later than asked about"


class Machine(Answer):
    """What is rented, and the price as it was found; its age is None where the question has no day to count from."""

    provider: str
    instance_type: str
    region: str
    gpu: str
    gpus: int
    count: int
    commitment: str
    usd_per_hour_each: float
    offer_class: str
    price_as_of: str
    price_age_days: int | None
    price_flags: list[str]
    price_source: str

    @property
    def price_text(self) -> str:
        """Day, age, class and doubts of the price, in words."""
        doubts = f", {', '.join(self.price_flags).replace('_', ' ')}" if self.price_flags else ""
        return f"{self.price_as_of}{age_text(self.price_age_days)}, {self.offer_class}{doubts}"


class Cost(Answer):
    """Dollars (USD). Tokens are priced by the share of device time that prompts and outputs take."""

    usd_per_hour: float
    usd_per_month: float
    usd_per_million_input_tokens: float
    usd_per_million_output_tokens: float


class _Carried:
    """What a record carries beside its fields: it is no part of what the record says, nor of equality."""

    def __init__(self) -> None:
        self.design: Designs | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Carried)

    __hash__ = None  # type: ignore[assignment]


class Cluster(Answer):
    """A complete candidate; one that was planned in this process carries its design.

    sla_breaks_at_rate_per_s: where it breaks, or without an SLA is no longer sustained, whatever rate is asked;
    utilization: the share of that rate which is asked in the busiest hour.
    """

    machine: Machine
    replica: Replica
    replicas: int
    spare_replicas: int
    gpus: int
    cost: Cost
    latency: Latencies
    utilization: float
    sla_breaks_at_rate_per_s: float
    sla_breaks_by: Literal["closed_form", "simulation"] = "closed_form"
    memory: Memory
    power_kw: float | None
    quality: ServedQuality
    _carried: _Carried = PrivateAttr(default_factory=lambda: _Carried())

    @property
    def design(self) -> "Designs | None":
        """The one design of a replica, with its model; None for a cluster that was read from a file."""
        return self._carried.design

    def carrying(self, design: "Designs") -> Self:
        """This cluster with the design that it was made from."""
        self._carried.design = design
        return self
