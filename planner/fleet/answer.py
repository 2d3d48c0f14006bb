"""The answer to a fleet request, as records."""

from typing import Literal

from planner.answers import Answer, ServedQuality
from planner.physics.split import Split

UNSIMULATED = (
    "closed form, not simulated: a pool close to a limit may need more machines; `gpuplan plan` with a file of one "
    "workload, or with its model, traffic and limits as flags, simulates that workload"
)


# Shares below it are told with a digit more.
SMALL = 0.01


class Pool(Answer):
    """Units of one kind of purchase. `units_by_period` follows `Period`s; `serves` are shares of a workload's load;
    `utilization` is the share of the rate that these units serve within the SLA which is asked of them, over a day;
    `start` is how one replica is started, with comments."""

    provider: str
    region: str
    instance_type: str
    commitment: str
    gpu: str
    gpus_per_machine: int
    machines_per_unit: int
    replicas_per_unit: int
    model: str
    weight_format: str
    kv_format: str
    engine: str
    tp: int
    pp: int
    ep: int
    dp: int
    max_sequences: int
    units_by_period: list[int]
    usd_per_hour_each: float
    usd_per_hour: float
    utilization: float
    serves: dict[str, float]
    offer_class: str
    price_as_of: str
    price_age_days: int | None
    price_flags: list[str]
    price_source: str
    quality: ServedQuality
    start: list[str] = []

    @property
    def split_text(self) -> str:
        """How the model is cut, as it is shown."""
        return str(Split(self.tp, self.pp, self.ep, self.dp))

    @property
    def serves_text(self) -> str:
        """What it serves of each workload."""
        return ", ".join(f"{name} {share:.{1 if share < SMALL else 0}%}" for name, share in self.serves.items())


class Period(Answer):
    """Hours of the day that are planned alike, and what each workload asks in them [requests/s]."""

    hours: list[int]
    rate_per_s: dict[str, float]


class Binding(Answer):
    """A limit that is met exactly, and what one unit more of it would save [USD/hour]."""

    limit: str
    value: float
    saves_usd_per_hour: float


class Choice(Answer):
    """Another fleet: what it is, and what it costs [USD/hour]; None where there is none."""

    what: str
    usd_per_hour: float | None
    power_kw: float | None
    reason: str


class Stress(Answer):
    """The fleet at `load_times` the load of all workloads: it serves up to `holds_times` of it within the SLAs;
    dollars an hour with machines added to it, and of the cheapest fleet bought anew; None where none is within the
    limits. Dollars are within 0.2 % of the best possible.
    """

    load_times: float
    holds_times: float
    extended_usd_per_hour: float | None
    replanned_usd_per_hour: float | None


class FleetPlan(Answer):
    """The cheapest fleet found; `gap` is the distance to the best bound, 0 when proven optimal; `warnings` are about
    prices; `checked_by`: what the figures are of, none of them simulated, and what simulates a workload."""

    status: Literal["feasible"] = "feasible"
    version: str
    usd_per_hour: float
    usd_per_month: float
    usd_of_changes: float
    checked_by: str = UNSIMULATED
    proven_optimal: bool
    gap: float
    pools: list[Pool]
    periods: list[Period]
    gpus: int
    power_kw: float
    stress: Stress
    binding: list[Binding]
    front: list[Choice]
    why_not: list[Choice]
    purchases: int
    assumptions: list[str]
    warnings: list[str] = []


class FleetInfeasible(Answer):
    """No fleet within the limits: what binds, and the nearest that would do."""

    status: Literal["infeasible"] = "infeasible"
    version: str
    proven: bool
    binding_limit: str
    nearest: list[Choice]
    purchases: int
    assumptions: list[str]
