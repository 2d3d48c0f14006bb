"""Traffic that was run through replicas, request by request."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from planner.answers.base import Answer


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

    Every row is accounted for: rows = requests + rows named; requests = served + refused + unfinished.
    `device_time_factor` multiplied all device times; `step_time_interval` is the 90 % interval they rest on.
    `assumptions` is left out where there is none.
    """

    status: Literal["simulated"] = "simulated"
    version: str
    traffic: str
    rows: int
    named: dict[str, int]
    requests: int
    served: int
    refused_too_long: int
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
    ttft_s: SimulatedLatency
    tpot_s: SimulatedLatency
    e2e_s: SimulatedLatency
    itl_s: SimulatedLatency
    sla: list[SlaCheck]
    assumptions: list[str] = Field(default=[], exclude_if=lambda texts: not texts)
