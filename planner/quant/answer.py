"""The quantization table, as records."""

from __future__ import annotations

from planner.answers import Answer
from planner.answers.base import Figure
from planner.physics.basis import Basis


class Kept(Answer):
    """Measured quality: share kept [%], on which model; None where nothing was measured."""

    kept_pct: float | None
    metric: str
    model: str
    same_model: bool
    source: str


class QuantCluster(Answer):
    """The cheapest cluster of a format within the SLA. Latencies are p95 [s] with the factors of their 90 % interval;
    `weights_gib` is of a whole replica."""

    weights_gib: float
    gpus_per_replica: int
    split: str
    replicas: int
    gpus: int
    instance_type: str
    provider: str
    offer_class: str
    price_as_of: str
    price_age_days: int | None
    price_flags: list[str]
    price_source: str
    kv_tokens_per_replica: int
    longest_context: int
    ttft_p95_s: float
    tpot_p95_s: Figure
    ttft_interval: tuple[float, float]
    tpot_interval: tuple[float, float]
    basis: Basis
    sustainable_rate_per_s: float
    output_tokens_per_s: float
    usd_per_hour: float
    usd_per_month: float
    usd_per_million_input_tokens: float
    usd_per_million_output_tokens: float


class QuantRow(Answer):
    """One weight format with one cache format: whether and how it runs, and its cluster; None where none meets the SLA,
    and `reason` says why."""

    weight_format: str
    kv_format: str
    gpu: str
    support: str
    kernel: str
    constraints: list[str]
    reason: str
    cluster: QuantCluster | None
    weights_quality: Kept
    kv_quality: Kept
    on_front: bool
    usd_saved_per_point: float | None


class QuantAnswer(Answer):
    """The what-if table of one model. Dollars are USD; the front is of quality kept against dollars.

    `usd_saved_per_point`: dollars an hour saved against the cheapest 16-bit row, for each percent of quality lost.
    """

    version: str
    model: str
    rows: list[QuantRow]
    prices_from: str
    prices_to: str
    assumptions: list[str]
