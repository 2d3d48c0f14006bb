"""The money table, as records; all dollars are USD, a month is 730.5 hours."""

from typing import Literal

from planner.answers import Answer, Energy
from planner.tco.reserved_answer import ReservedApi


class Line(Answer):
    name: str
    usd_per_month: float


class ColdStart(Answer):
    """A replica that is stopped when idle. start_s: from stopped to serving, of which read_s to read weights_gb;
    idle_timeout_s: without a request until it stops; minimum_billing_s: of a start; on_share: of the month, billed;
    waiting_share: of the requests, that wait for a start; first_token_s: mean time to the first token of the one that
    starts it; mean_wait_s: for starts, over all requests."""

    start_s: float
    read_s: float
    weights_gb: float
    idle_timeout_s: float
    minimum_billing_s: float
    on_share: float
    starts_per_month: float
    waiting_share: float
    first_token_s: float
    mean_wait_s: float

    @property
    def text(self) -> str:
        """In words, as it is shown."""
        return (
            f"on {self.on_share:.1%} of the month, {self.starts_per_month:,.0f} starts; a start takes "
            f"{self.start_s:,.0f} s ({self.read_s:,.0f} s to read {self.weights_gb:,.1f} GB), the first token after it "
            f"comes at {self.first_token_s:,.0f} s; {self.waiting_share:.1%} of the requests wait for a start"
        )


class SelfHost(Answer):
    """One way to host: what runs, on how many machines, its costs by line, and the price of a machine: who rents it out
    (`own` for what is bought), its day, age and flags. inputs: all that the lines follow from, by name with its unit
    (docs/method.md has the formulas); energy: of the machines in use, as information where it is in the rent;
    breaches: limits of the SLA that it breaks, which keeps it from being chosen; cold_start: of one that is stopped
    when idle."""

    name: str
    description: str
    machines: int
    lines: list[Line]
    usd_per_month: float
    usd_per_million_tokens: float
    offer_class: str
    price_as_of: str
    price_age_days: int | None
    price_flags: list[str]
    sources: list[str]
    inputs: dict[str, float]
    energy: Energy | None
    breaches: list[str] = []
    cold_start: ColdStart | None = None


class ApiTier(Answer):
    """Prices of requests with more input tokens than `above_input_tokens`, up to the next tier, and their shares."""

    above_input_tokens: float
    usd_per_million_input: float
    usd_per_million_cached: float | None
    usd_per_million_output: float
    share_of_input_tokens: float
    share_of_requests: float


class Api(Answer):
    """One API at this volume; prices per million tokens; None for a kind that is not published. A batch has no cached
    price. tiers: where longer prompts cost more; empty where one price holds."""

    name: str
    usd_per_million_input: float
    usd_per_million_cached: float | None
    usd_per_million_output: float
    usd_per_million_batch_input: float | None
    usd_per_million_batch_output: float | None
    cached_share: float
    batch_share: float
    tiers: list[ApiTier] = []
    usd_per_month: float
    usd_per_million_tokens: float
    as_of: str
    source: str


class CrossedAt(Answer):
    """A volume at which hosting and an API cost the same; above it `cheaper_above` is the cheaper one, `hosting` on the
    machines named."""

    tokens_per_month: float
    requests_per_s: float
    cheaper_above: Literal["hosting", "API"]
    way: str


class BreakEven(Answer):
    """Volume from which the cheapest hosting stays cheaper than an API, whatever volume is asked about, and its share
    of one unit's capacity; None: never. `crossings`: every volume at which the cheaper one changes, ascending.

    utilization_of_one_unit: requests_per_s over requests_per_s_of_one_unit, what one `unit` (the machines of a replica,
    at least one) serves within the SLA where the replicas share requests_per_s.
    """

    api: str
    tokens_per_month: float | None
    requests_per_s: float | None
    utilization_of_one_unit: float | None
    requests_per_s_of_one_unit: float | None = None
    unit: str = ""
    crossings: list[CrossedAt] = []


class TrafficSplit(Answer):
    """The cheapest split of the traffic between own GPUs and an API."""

    api: str
    self_hosted_share: float
    usd_per_month: float


class Swing(Answer):
    """One input moved over its range: what hosting costs less the API a month at both ends [USD]; without an API what
    hosting costs."""

    name: str
    low: float
    high: float
    usd_at_low: float
    usd_at_high: float


class Risk(Answer):
    """Percentiles over the ranges of all inputs together [USD a month]."""

    p10: float
    p50: float
    p90: float


class CurvePoint(Answer):
    tokens_per_month: float
    self_hosted_usd: float
    api_usd: dict[str, float]


class HorizonRow(Answer):
    """One way over the months [USD]."""

    name: str
    kind: str
    usd: float
    usd_by_month: list[float]


class Horizon(Answer):
    """Dollars (USD) over the months to come, cheapest first, at the rate of each month."""

    months: int
    requests_per_s: list[float]
    rows: list[HorizonRow]


class ClassChoice(Answer):
    """Where a class of the traffic goes; the dollars of hosting are shared and stand beside."""

    name: str
    share: float
    place: str
    kind: str
    score: float | None
    score_source: str
    api_usd_per_month: float | None
    might_go_to: list[str]


class Hybrid(Answer):
    """The cheapest place for every class, and what each own model costs a month then [USD]."""

    usd_per_month: float
    classes: list[ClassChoice]
    hosting_usd_per_month: dict[str, float]


class QualityRow(Answer):
    """A model and an API on one benchmark; None where no score is known.

    open_peer: the smallest catalog model that scores no less than the API: what to host for equal quality.
    """

    benchmark: str
    model: str
    model_score: float | None
    api: str
    api_score: float | None
    open_peer: str | None
    sources: list[str]


class FloorWay(Answer):
    """One way to the asked quality, with its score and dollars (USD) a month. breaches: limits of the SLA that it
    breaks, as of SelfHost; such a way stands after all others."""

    model: str
    kind: str
    way: str
    score: float
    score_source: str
    usd_per_month: float
    usd_per_million_tokens: float
    what: str
    sources: list[str]
    breaches: list[str] = []


class FloorAnswer(Answer):
    """All ways to a quality floor, cheapest first; APIs without a known score and those below it are named."""

    version: str
    verdict: str
    benchmark: str
    min_score: float
    ways: list[FloorWay]
    without_score: list[str]
    below: list[str]
    assumptions: list[str]


class FloorNotReached(Answer):
    """No way reaches the quality floor: what is in the way, and the highest score that a way does reach.

    `nearest_score` and `nearest` (the model or API) are None where nothing with a score can be had at all.
    """

    status: Literal["not_reached"] = "not_reached"
    version: str
    verdict: str
    benchmark: str
    min_score: float
    reason: str
    nearest_score: float | None
    nearest: str | None
    without_score: list[str]
    below: list[str]
    assumptions: list[str]


class TcoAnswer(Answer):
    """The money of one workload. Where no API may be used, all that compares with one is empty or None, and
    `sensitivity` is of hosting alone."""

    version: str
    verdict: str
    model: str
    tokens_in_per_month: float
    tokens_out_per_month: float
    self_hosting: list[SelfHost]
    apis: list[Api]
    reserved: list[ReservedApi] = []
    break_even: list[BreakEven]
    hybrid: TrafficSplit | None
    sensitivity: list[Swing]
    self_hosted_risk: Risk
    api_risk: Risk | None
    chance_that_hosting_is_cheaper: float | None
    curve: list[CurvePoint]
    horizon: Horizon
    quality: list[QualityRow]
    hybrid_by_class: Hybrid | None
    advice: list[str]
    assumptions: list[str]
