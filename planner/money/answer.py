"""The money table, as records; all dollars are USD, a month is 730.5 hours."""

from __future__ import annotations

from planner.results import Answer


class Line(Answer):
    name: str
    usd_per_month: float


class SelfHost(Answer):
    """One way to host: what runs, on how many machines, and its costs by line."""

    name: str
    description: str
    machines: int
    lines: list[Line]
    usd_per_month: float
    usd_per_million_tokens: float
    sources: list[str]


class Api(Answer):
    """One API at this volume; prices per million tokens."""

    name: str
    usd_per_million_input: float
    usd_per_million_cached: float | None
    usd_per_million_output: float
    usd_per_month: float
    usd_per_million_tokens: float
    as_of: str
    source: str


class BreakEven(Answer):
    """Volume from which the cheapest hosting beats an API, and its share of one unit's capacity; None: never."""

    api: str
    tokens_per_month: float | None
    requests_per_s: float | None
    utilization_of_one_unit: float | None


class Split(Answer):
    """The cheapest split of the traffic between own GPUs and an API."""

    api: str
    self_hosted_share: float
    usd_per_month: float


class Swing(Answer):
    """One input moved over its range: what hosting costs less the API a month at both ends [USD]."""

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


class TcoAnswer(Answer):
    version: str
    model: str
    tokens_in_per_month: float
    tokens_out_per_month: float
    self_hosting: list[SelfHost]
    apis: list[Api]
    break_even: list[BreakEven]
    hybrid: Split
    sensitivity: list[Swing]
    self_hosted_risk: Risk
    api_risk: Risk
    chance_that_hosting_is_cheaper: float
    curve: list[CurvePoint]
    advice: list[str]
    assumptions: list[str]
