"""The answers to a deployment as it is named: its figures, or what it lacks."""

from typing import Literal

from planner.answers.base import Answer
from planner.answers.parts import Latencies, LatencyParts, Memory, MemoryPart, Replica
from planner.answers.quality import ServedQuality
from planner.answers.startup import StartLog


class TermTime(Answer):
    """One kind of operator in a step, in milliseconds, and the roof that binds it.

    `ms` is compute, bandwidth and fixed time less `hidden_ms`, what of them runs at the same time: compute beside
    memory traffic, and of the launches what the device works through.
    """

    name: str
    ms: float
    compute_ms: float
    bandwidth_ms: float
    fixed_ms: float
    hidden_ms: float
    binds: str


class StepAnswer(Answer):
    total_ms: float
    terms: list[TermTime]


class Estimate(Answer):
    """One deployment exactly as given. Where its rate is not `sustained`, waits grow without end: times that hold
    them have no value. `log`: what the engine prints at start; None where its lines are not known."""

    status: Literal["ok", "not_sustained"] = "ok"
    version: str
    replica: Replica
    gpu: str
    memory: Memory
    decode_step: StepAnswer
    prefill_step: StepAnswer
    concurrency: float
    latency: Latencies
    ttft_parts: LatencyParts
    tpot_parts: LatencyParts
    task: Literal["generate", "embed"] = "generate"
    input_tokens_per_s: float
    output_tokens_per_s: float
    output_tokens_per_s_low: float
    output_tokens_per_s_high: float
    saturation_rate_per_s: float
    quality: ServedQuality
    log: StartLog | None = None
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
    log: StartLog | None = None
    assumptions: list[str]


class OnHost(Answer):
    """A deployment that keeps layers, experts or the cache in host memory: its memory by place, and of its speed no
    more than what the host's memory allows a single stream; None where its bandwidth is not known."""

    status: Literal["on_host"] = "on_host"
    version: str
    replica: Replica
    gpu: str
    memory: Memory
    host: list[MemoryPart]
    host_gib_per_token: float
    decode_tokens_per_s: float | None
    decode_tokens_per_s_low: float | None
    decode_tokens_per_s_high: float | None
    basis: Literal["physics"] = "physics"
    reason: str
    log: StartLog | None = None
    assumptions: list[str]


Estimated = Estimate | DoesNotFit | OnHost


class FitRow(Answer):
    """Whether a model fits one GPU type, and how far."""

    gpu: str
    fits: bool
    smallest_tp: int | None
    smallest_gpus: int | None
    split: str | None
    weights_gib: float
    kv_pool_gib: float
    max_context: int
    max_sequences: int
    change: str


class FitAnswer(Answer):
    """Whether a model fits, by GPU type; `quality` is of the formats that the rows are in."""

    status: Literal["fits", "does_not_fit"]
    version: str
    model: str
    weight_format: str
    kv_format: str
    engine: str
    context: int
    rows: list[FitRow]
    quality: ServedQuality
    assumptions: list[str]
