"""The answers, as records: what `--format json` prints and `gpuplan schema` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from planner.physics.basis import Basis
from planner.physics.split import Split

if TYPE_CHECKING:
    from planner.physics.design import Designs


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null", defer_build=True)


class Percentiles(Answer):
    """One latency in seconds, as predicted; `low` and `high` are factors of the 90 % interval."""

    mean: float
    p50: float
    p90: float
    p95: float
    p99: float
    low: float
    high: float
    basis: Basis


class Latencies(Answer):
    ttft_s: Percentiles
    tpot_s: Percentiles
    e2e_s: Percentiles
    figures: Literal["closed_form", "simulation"] = "closed_form"


class Machine(Answer):
    """What is rented, and the price as it was found."""

    provider: str
    instance_type: str
    region: str
    gpu: str
    gpus: int
    count: int
    commitment: str
    usd_per_hour_each: float
    price_as_of: str
    price_source: str


class Replica(Answer):
    """One copy of the model and how it is cut."""

    model: str
    weight_format: str
    kv_format: str
    support: str
    kernel: str
    engine: str
    tp: int
    pp: int
    ep: int
    dp: int
    gpus: int
    max_sequences: int
    max_batched_tokens: int
    draft_tokens: int = 0

    @property
    def split_text(self) -> str:
        """How the model is cut, as it is shown."""
        return str(Split(self.tp, self.pp, self.ep, self.dp))


class Cost(Answer):
    """Dollars (USD). Tokens are priced by the share of device time that prompts and outputs take."""

    usd_per_hour: float
    usd_per_month: float
    usd_per_million_input_tokens: float
    usd_per_million_output_tokens: float


class MemoryPart(Answer):
    name: str
    gib: float


class Memory(Answer):
    """Per GPU, in GiB (2^30 bytes); the parts and `free` add up to `total`."""

    total_gib: float
    budget_gib: float
    parts: list[MemoryPart]
    free_gib: float
    kv_tokens_per_replica: int
    sequences_per_replica: int


class _Carried:
    """What a record carries beside its fields: it is no part of what the record says, nor of equality."""

    def __init__(self) -> None:
        self.design: Designs | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Carried)

    __hash__ = None  # type: ignore[assignment]


class Cluster(Answer):
    """A complete candidate; one that was planned in this process carries its design. Where it breaks, or without an SLA
    is no longer sustained, does not depend on the rate asked."""

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
    _carried: _Carried = PrivateAttr(default_factory=lambda: _Carried())

    @property
    def design(self) -> Designs | None:
        """The one design of a replica, with its model; None for a cluster that was read from a file."""
        return self._carried.design

    def carrying(self, design: Designs) -> Cluster:
        """This cluster with the design that it was made from."""
        self._carried.design = design
        return self


class RunnerUp(Answer):
    cluster: Cluster
    loses_on: str


class FrontPoint(Answer):
    """A candidate that no other beats in both dollars and p95 end-to-end latency."""

    usd_per_hour: float
    e2e_p95_s: float
    ttft_p95_s: float
    tpot_p95_s: float
    gpu: str
    weight_format: str
    kv_format: str
    split: str
    replicas: int
    instance_type: str
    provider: str


class WhyNot(Answer):
    """A named GPU, format, engine or provider: its own cheapest plan [USD/hour], or what stands in the way."""

    what: str
    usd_per_hour: float | None
    reason: str


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


class SimulatedLatency(Answer):
    """One latency over simulated requests [s]; ITL over tokens."""

    mean: float
    p50: float
    p90: float
    p95: float
    p99: float


class SlaCheck(Answer):
    """A limit of the SLA against what was simulated; infinite where too many requests never ended.

    `allowed_share` of the requests may be beyond the limit, `missed_share` were; of a mean, one half may.
    """

    key: str
    limit_s: float
    value_s: float
    allowed_share: float
    missed_share: float
    holds: bool


class Simulation(Answer):
    """Traffic run through replicas, request by request.

    Every row is accounted for: rows = requests + rows named; requests = served + refused + unfinished. `backlog_s`: how
    much later median first tokens came at the end than early on; `sustained` where that is little and all ended.
    `device_time_factor` multiplied device times; `step_time_interval` is their 90 % interval. No `assumptions`: none.
    """

    status: Literal["simulated"] = "simulated"
    version: str
    traffic: str
    rows: int
    named: dict[str, int]
    requests: int
    served: int
    refused_too_long: int
    cut_to_context: int
    unfinished: int
    preemptions: int
    sent_again: int
    prefix_tokens_reused: int
    replicas: int
    replicas_most: int
    replica_hours: float
    routing: str
    seconds: float
    requests_per_s: float
    output_tokens_per_s: float
    busy_share: float
    device_time_factor: float
    step_time_interval: tuple[float, float]
    sustained: bool
    backlog_s: float
    ttft_s: SimulatedLatency
    tpot_s: SimulatedLatency
    e2e_s: SimulatedLatency
    itl_s: SimulatedLatency
    sla: list[SlaCheck]
    assumptions: list[str] = Field(default=[], exclude_if=lambda texts: not texts)


class Plan(Answer):
    """The cheapest cluster that meets the SLA."""

    status: Literal["feasible"] = "feasible"
    version: str
    cluster: Cluster
    runners_up: list[RunnerUp]
    pareto: list[FrontPoint]
    binding_limit: str
    confidence: float
    candidates: int
    designs: int
    prices_from: str
    prices_to: str
    assumptions: list[str]
    verification: Simulation | None = None
    why_not: list[WhyNot] = []
    disaggregated: Disaggregated | None = None


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


class TermTime(Answer):
    """One kind of operator in a step, in milliseconds, and the roof that binds it."""

    name: str
    ms: float
    compute_ms: float
    bandwidth_ms: float
    fixed_ms: float
    binds: str


class StepAnswer(Answer):
    total_ms: float
    terms: list[TermTime]


class Estimate(Answer):
    """One deployment exactly as given."""

    status: Literal["ok"] = "ok"
    version: str
    replica: Replica
    gpu: str
    memory: Memory
    decode_step: StepAnswer
    prefill_step: StepAnswer
    concurrency: float
    latency: Latencies
    output_tokens_per_s: float
    output_tokens_per_s_low: float
    output_tokens_per_s_high: float
    saturation_rate_per_s: float
    assumptions: list[str]


class DoesNotFit(Answer):
    """A deployment whose memory does not hold one sequence; GiB per GPU."""

    status: Literal["does_not_fit"] = "does_not_fit"
    version: str
    replica: Replica
    gpu: str
    weights_gib: float
    budget_gib: float
    kv_pool_gib: float
    sequence_gib: float
    missing_gib: float
    reason: str
    assumptions: list[str]


class FitRow(Answer):
    """Whether a model fits one GPU type, and how far."""

    gpu: str
    fits: bool
    smallest_tp: int | None
    weights_gib: float
    kv_pool_gib: float
    max_context: int
    max_sequences: int
    change: str


class FitAnswer(Answer):
    status: Literal["fits", "does_not_fit"]
    version: str
    model: str
    weight_format: str
    kv_format: str
    engine: str
    context: int
    rows: list[FitRow]
    assumptions: list[str]
