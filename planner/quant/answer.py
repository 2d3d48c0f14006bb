"""The quantization table, as records."""

from typing import Literal

from planner.answers import ServedQuality
from planner.answers.base import Answer, Figure
from planner.physics.basis import Basis

UNSIMULATED = (
    "closed form, not simulated: a row close to a limit may need more machines; `gpuplan plan` with the --weights, "
    "--kv and --gpu of a row simulates it"
)


class QuantCluster(Answer):
    """What serves a format: the cheapest cluster at the stated rate, or the machines of the comparison at the largest
    rate within the SLA. Latencies are p95 [s] with the factors of their 90 % interval; `weights_gib` is of a whole
    replica; `sustainable_rate_per_s` is the largest within the SLA, `rate_per_s` that of the dollars a token."""

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
    rate_per_s: float
    sustainable_rate_per_s: float
    output_tokens_per_s: float
    usd_per_hour: float
    usd_per_month: float
    usd_per_million_tokens: float
    usd_per_million_input_tokens: float
    usd_per_million_output_tokens: float


class Change(Answer):
    """A format against the checkpoint's own with a 16-bit cache on the same GPU [%], None where that does not run.

    usd_pct: dollars a million tokens; weights_pct: memory of the weights; rate_pct: sustainable rate; tpot_pct: time a
    token; context_pct: longest context; quality_pct: of the score, negative where something is lost.
    """

    usd_pct: float
    weights_pct: float
    rate_pct: float
    tpot_pct: Figure
    context_pct: float
    quality_pct: float | None


class QuantRow(Answer):
    """One weight format with one cache format: whether and how it runs, and its cluster; None where none meets the SLA,
    and `reason` says why."""

    weight_format: str
    kv_format: str
    gpu: str
    native: bool
    support: str
    kernel: str
    constraints: list[str]
    reason: str
    cluster: QuantCluster | None
    quality: ServedQuality
    change: Change | None
    on_front: bool
    usd_saved_per_point: float | None


class QuantAnswer(Answer):
    """The what-if table of one model: the checkpoint's own format first, then by dollars. The front is of quality
    against dollars a million tokens (USD).

    commitment: how the machines are rented; load: whether all rows are at one stated rate, or each at the largest
    within the SLA on the same machines; usd_saved_per_point: dollars a million tokens saved against the native
    row, for each percent of quality lost; checked_by: what the figures are of, none of them simulated, and what
    simulates a row.
    """

    version: str
    model: str
    native_format: str
    load: Literal["stated rate", "largest rate"]
    commitment: str
    max_loss_pct: float
    checked_by: str = UNSIMULATED
    rows: list[QuantRow]
    prices_from: str
    prices_to: str
    assumptions: list[str]
