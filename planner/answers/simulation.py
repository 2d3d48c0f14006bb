"""Traffic that was run through replicas, request by request."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from planner.answers.base import Answer, Figure


class SimulatedLatency(Answer):
    """One latency over simulated requests [s]; ITL over tokens."""

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


class Simulation(Answer):
    """Traffic run through replicas, request by request.

    Every row is accounted for: rows = requests + rows named; requests = served + refused + unfinished. `backlog_s`: how
    much later median first tokens came at the end than early on; `sustained` where that is little and all ended.
    `device_time_factor` multiplied device times, `first_token_factor` what first tokens took of them;
    `step_time_interval` is the 90 % interval of device times. No `assumptions`: none.
    """

    status: Literal["simulated"] = "simulated"
    version: str
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
