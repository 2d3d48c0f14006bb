"""Traffic that was run through replicas, request by request."""

from math import isfinite
from typing import Literal

from pydantic import Field

from planner.answers.base import Answer, Figure
from planner.words import counted

# Instead of a figure that requests without an end have no value for.
NEVER = "never ended"


class SimulatedLatency(Answer):
    """One latency over the simulated requests that ended [s]; ITL over tokens."""

    mean: Figure
    p50: Figure
    p90: Figure
    p95: Figure
    p99: Figure


class SlaCheck(Answer):
    """A limit of the SLA against what was simulated; infinite where too many requests never ended.

    `allowed_share` of the requests may be beyond the limit, `missed_share` were; of a mean, one half may. `idle_s`: the
    same figure of requests that nobody disturbs, where a plan was checked under a rate that varies.
    """

    key: str
    limit_s: float
    value_s: float
    allowed_share: float
    missed_share: float
    holds: bool
    idle_s: float | None = None

    @property
    def value_text(self) -> str:
        """The simulated figure with its unit, or that it has none."""
        return f"{self.value_s:.4g} s" if isfinite(self.value_s) else NEVER


class Simulation(Answer):
    """Traffic run through replicas, request by request; `gpus` and `split` are of one replica.

    `replicas_simulated`: where there are many replicas, so many of them, with their share of the requests: counts of
    requests and rows are of these, rates and `replica_hours` of all. Every row is accounted for: rows = requests + rows
    named; requests = served + refused + unfinished. `seconds`: until the last answer ended, or until the run did;
    `replica_hours` are over the same time. `backlog_s`: how much later median first tokens came at the end than early
    on; where some never came, the longest wait less the shortest; `sustained` where that is little and all ended.
    `device_time_factor` multiplied device times, `first_token_factor` what first tokens took of them;
    `step_time_interval` is the 90 % interval of device times. No `assumptions`: none.
    """

    status: Literal["simulated"] = "simulated"
    version: str
    model: str
    weight_format: str
    kv_format: str
    engine: str
    gpu: str
    gpus: int
    split: str
    traffic: str
    drawn_seed: int | None = None
    drawn_s: float | None = None
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
    replicas_simulated: int | None = Field(default=None, exclude_if=lambda sampled: sampled is None)
    replica_hours: float
    routing: str
    seconds: float
    requests_per_s: float
    output_tokens_per_s: float
    busy_share: float
    device_time_factor: float
    first_token_factor: float = 1.0
    step_time_interval: tuple[float, float]
    sustained: bool
    backlog_s: float
    ttft_s: SimulatedLatency
    tpot_s: SimulatedLatency
    e2e_s: SimulatedLatency
    itl_s: SimulatedLatency
    sla: list[SlaCheck]
    assumptions: list[str] = Field(default=[], exclude_if=lambda texts: not texts)

    @property
    def what(self) -> str:
        """What was simulated: the model, its formats, the engine, and the replicas with the GPUs of each."""
        formats = f"{self.model} in {self.weight_format}, KV {self.kv_format}"
        copies = f"{counted(self.replicas, 'replica')} of " if self.replicas != 1 else ""
        return f"{formats}, {self.engine}, {self.split} on {copies}{self.gpus} x {self.gpu}"

    @property
    def growth_text(self) -> str:
        """How waits grew over the run, and what was left at its end."""
        if not self.unfinished:
            return f"waits grew by {_seconds(self.backlog_s)} s"
        left = f"{counted(self.unfinished, 'request')} of {self.requests:,} never ended"
        return f"waits grew by at least {_seconds(self.backlog_s)} s, and {left}"


def _seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"
