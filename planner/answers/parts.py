"""What answers have in common: latencies, a replica and its memory."""

from typing import Literal

from planner.answers.base import Answer, Figure
from planner.physics.basis import Basis
from planner.physics.split import Split


class Percentiles(Answer):
    """One latency in seconds, as predicted; `low` and `high` are factors of the 90 % interval."""

    mean: Figure
    p50: Figure
    p90: Figure
    p95: Figure
    p99: Figure
    low: float
    high: float
    basis: Basis


class Latencies(Answer):
    """`at_confidence`: the share of deployments that are at least this fast; these are central, whatever confidence a
    plan was searched at. A plan's `verification` is at the plan's own."""

    ttft_s: Percentiles
    tpot_s: Percentiles
    e2e_s: Percentiles
    figures: Literal["closed_form", "simulation"] = "closed_form"
    at_confidence: float = 0.5


class LatencyPart(Answer):
    """A part of a mean latency: `ms` is `count` times `each_ms`, less `hidden_ms`, what goes on beside other parts;
    none is below zero. A wait that grows without end is infinite (null)."""

    name: str
    ms: Figure
    count: float
    each_ms: Figure
    hidden_ms: float


class LatencyParts(Answer):
    """What a mean latency of the closed form is made of, in the order in which it is added up; the parts add up to
    `mean_ms`, which is infinite (null) beyond saturation."""

    mean_ms: Figure
    parts: list[LatencyPart]


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


class MemoryPart(Answer):
    name: str
    gib: float


class Memory(Answer):
    """Per GPU, in GiB (2^30 bytes); the parts and `free` add up to `total`, what a process sees of the card; that and
    the driver's add up to `card`. Of what is free, `reserve` lies outside of the engine's budget. KV tokens are those
    of whole blocks, as an engine counts them."""

    card_gib: float
    driver_gib: float
    total_gib: float
    budget_gib: float
    parts: list[MemoryPart]
    free_gib: float
    reserve_gib: float
    kv_tokens_per_replica: int
    sequences_per_replica: int
