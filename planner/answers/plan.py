"""The answers to a request: the cheapest cluster, or what stands in the way."""

from typing import Literal

from planner.answers.base import Answer, Figure
from planner.answers.cluster import Cluster, Machine
from planner.answers.energy import Energy
from planner.answers.parts import Replica
from planner.answers.quality import LooserChoice
from planner.answers.simulation import Simulation
from planner.request.request import Request


class RunnerUp(Answer):
    """A candidate that costs more or is slower; `simulated`: whether it holds in a simulation, as the winner does, or
    only in the closed form."""

    cluster: Cluster
    loses_on: str
    simulated: bool = False


class SlaMargin(Answer):
    """A limit of the SLA against the winner's figures, all at the plan's confidence [s].

    predicted_s: of the closed form, None where it does not hold for this cluster; simulated_s: None without a
    simulation; headroom_share: of the limit, what the simulated figure leaves, or without one the predicted.
    """

    key: str
    limit_s: float
    predicted_s: float | None
    simulated_s: float | None
    headroom_share: float | None


class FrontPoint(Answer):
    """A candidate that no other beats in both dollars and p95 end-to-end latency."""

    usd_per_hour: float
    e2e_p95_s: float
    ttft_p95_s: float
    tpot_p95_s: Figure
    gpu: str
    weight_format: str
    kv_format: str
    split: str
    replicas: int
    instance_type: str
    provider: str
    price_as_of: str
    price_age_days: int | None


class WhyNot(Answer):
    """A named GPU, format, engine or provider: its own cheapest plan [USD/hour] with the day and age of its price, or
    what stands in the way."""

    what: str
    usd_per_hour: float | None
    reason: str
    price_as_of: str = ""
    price_age_days: int | None = None


class WiderClass(Answer):
    """What one more class of offers, or prices of low confidence, would cost [USD/hour]; `instead_of_usd_per_hour` is
    None where the request cannot be met without it.

    offer_class: whose offer it is; asked_by: the option that takes it in.
    """

    offer_class: str
    asked_by: str
    usd_per_hour: float
    instead_of_usd_per_hour: float | None
    provider: str
    instance_type: str
    gpu: str
    gpus: int
    price_as_of: str
    price_age_days: int | None
    simulated: bool

    @property
    def text(self) -> str:
        """In words, as it is shown."""
        instead = "" if self.instead_of_usd_per_hour is None else f" instead of ${self.instead_of_usd_per_hour:,.2f}"
        machine = f"{self.gpus} x {self.gpu}, {self.provider}, {self.price_as_of}"
        return f"{self.asked_by}: ${self.usd_per_hour:,.2f}{instead}, {machine}"


class PhasePool(Answer):
    """Replicas that do one phase only, prompts or decodes, on machines of their own."""

    replica: Replica
    machine: Machine
    replicas: int
    rate_per_replica_per_s: float
    usd_per_hour: float


class Disaggregated(Answer):
    """Prefill and decode on replicas of their own, and how that compares with replicas that do both."""

    prefill: PhasePool
    decode: PhasePool
    transfer_s: float
    usd_per_hour: float
    against_both: str


class OfflineStart(Answer):
    """A start without a network: bytes of the weights on the disk of each machine (file headers left out), variables
    of the environment, the command with what it needs, and what is carried in."""

    weights_disk_bytes: int
    environment: dict[str, str]
    command: list[str]
    carry_in: list[str]

    @property
    def texts(self) -> list[str]:
        """In words, as they are shown."""
        return [*(f"carry in: {text}" for text in self.carry_in), *(f"start: {line}" for line in self.command)]


class BusierUsers(Answer):
    """What it would cost [USD/hour] if users at work sent as many requests as people can who read each answer;
    `requests_per_s`: in the busiest hour; `reason`: why that cannot be met, where it cannot."""

    requests_per_user_hour: float
    requests_per_s: float
    usd_per_hour: float | None
    gpu: str
    gpus: int
    reason: str

    @property
    def text(self) -> str:
        """In words, as it is shown."""
        asked = f"at {self.requests_per_user_hour:g} requests an hour of each, the high end: "
        if self.usd_per_hour is None:
            return f"{asked}cannot be met ({self.reason})"
        return f"{asked}${self.usd_per_hour:,.2f} an hour, {self.gpus} x {self.gpu}"


class ReplicaStart(Answer):
    """How a replica of one kind (`replica`; `prefill` and `decode` where the phases are apart) is started: lines that
    begin with # say what it needs, the last one is the command."""

    kind: str
    command: list[str]


class Plan(Answer):
    """The cheapest cluster that meets the SLA with formats that lose no more than allowed.

    `sla` is what it leaves of each limit; `warnings` are about its price, and limits that were not stated or are none;
    `wider` is what the classes of offers that were left out would save, `looser` what other formats would. `start`: the
    command of each kind of replica; `offline`: how an air-gapped one starts; `busier`: where the requests of people
    were assumed, what the high end would cost; `energy`: of machines that are bought; `request`: the question, so that
    a saved plan can be started and checked as it was meant.
    """

    status: Literal["feasible"] = "feasible"
    version: str
    cluster: Cluster
    sla: list[SlaMargin]
    runners_up: list[RunnerUp]
    pareto: list[FrontPoint]
    binding_limit: str
    confidence: float
    candidates: int
    designs: int
    prices_from: str
    prices_to: str
    assumptions: list[str]
    warnings: list[str] = []
    wider: list[WiderClass] = []
    verification: Simulation | None = None
    why_not: list[WhyNot] = []
    disaggregated: Disaggregated | None = None
    looser: list[LooserChoice] = []
    offline: OfflineStart | None = None
    start: list[ReplicaStart] = []
    busier: BusierUsers | None = None
    energy: Energy | None = None
    request: Request | None = None


class Infeasible(Answer):
    """Nothing in scope meets the request: what binds, and the nearest request that can be met."""

    status: Literal["infeasible"] = "infeasible"
    version: str
    binding_limit: str
    nearest_change: str
    nearest: Cluster | None
    candidates: int
    designs: int
    assumptions: list[str]
    wider: list[WiderClass] = []
    looser: list[LooserChoice] = []
