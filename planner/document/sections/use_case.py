"""The use case: who asks, how much, how fast, at what precision."""

from __future__ import annotations

from planner.answers import Plan
from planner.document.answers import Answers
from planner.document.record import Fact, Facts, FigureTable, Section, TableColumn, TextBlock
from planner.document.sections.words import STATED, limit_name
from planner.document.sources import Cited
from planner.formulas.time import HOURS_PER_MONTH, SECONDS_PER_MONTH
from planner.request.lengths import Length
from planner.request.request import Request


def use_case(a: Answers, cited: Cited) -> Section:
    """Users, requests, tokens, SLA, precision and quality floor, with what was assumed."""
    request = a.request
    blocks = [_traffic(request), _lengths(request), *_limits(request), _quality(request)]
    texts = TextBlock(key="use_case.assumed", title="Stated and assumed", items=a.plan.assumptions)
    return Section(key="use_case", title="Use case", lead=_lead(a), blocks=[*blocks, texts])


def _lead(a: Answers) -> str:
    named = a.request.model or (a.plan.cluster.replica.model if isinstance(a.plan, Plan) else "a model by its score")
    limits = ", ".join(f"{limit_name(key)} within {limit:g} s" for key, limit in a.request.sla.items())
    return f"{named} serves {a.request.traffic.peak_per_s:.3g} requests a second at the peak" + (
        f": {limits}." if limits else ", without a latency limit."
    )


def _traffic(request: Request) -> Facts:
    t, figures = request.traffic, []
    for key, label, value, unit in (
        ("users", "Users", t.users, "users"),
        ("active_share", "Of them at work in the busiest hour", t.active_users / t.users if t.users else None, "share"),
        ("rate_per_s", "Mean rate", t.rate_per_s, "requests/s"),
        ("arrival_cv", "Coefficient of variation of the gaps (1: Poisson)", t.cv, ""),
        ("prefix_hit", "Input tokens found in the prefix cache", t.prefix_hit, "share"),
        ("growth_per_year", "Growth a year", t.growth_per_year, "share"),
    ):
        if value is not None:
            figures.append(Fact(key=f"use_case.{key}", label=label, value=value, unit=unit, method=STATED))
    busiest = "rate x busiest hour over the mean hour x growth up to the horizon"
    figures += [
        Fact(key="use_case.peak_per_s", label="Rate of the busiest hour", value=t.peak_per_s, unit="requests/s",
             method=busiest),
        Fact(key="use_case.average_per_s", label="Rate over the day, with growth", value=t.average_per_s,
             unit="requests/s", method="rate of the busiest hour over the peak factor of the daily profile"),
        Fact(key="use_case.seconds_per_month", label="Seconds of a month", value=SECONDS_PER_MONTH, unit="s",
             method="365.25 days / 12"),
        Fact(key="use_case.hours_per_month", label="Hours of a month", value=HOURS_PER_MONTH, unit="hours",
             method="365.25 x 24 / 12"),
    ]  # fmt: skip
    for name, length in (("input", request.input_tokens), ("output", request.output_tokens)):
        figures.append(_volume(name, length, t.average_per_s))
    return Facts(key="use_case.traffic", title="Traffic", figures=figures)


def _volume(name: str, length: Length, rate: float) -> Fact:
    return Fact(
        key=f"use_case.{name}_tokens_per_month", label=f"{name.capitalize()} tokens a month",
        value=rate * SECONDS_PER_MONTH * length.average, unit="tokens/month",
        formula=f"use_case.average_per_s * use_case.seconds_per_month * use_case.{name}_tokens",
    )  # fmt: skip


def _lengths(request: Request) -> Facts:
    figures = []
    for name, length in (("input", request.input_tokens), ("output", request.output_tokens)):
        given = STATED if f"{name}_tokens" in request.model_fields_set else "assumed: a chat's"
        label = f"Mean {name} tokens of a request"
        figures.append(
            Fact(key=f"use_case.{name}_tokens", label=label, value=length.average, unit="tokens", method=given)
        )
        figures.append(
            Fact(key=f"use_case.{name}_cv", label=f"Coefficient of variation of {name} tokens",
                 value=length.spread, method=given)
        )  # fmt: skip
    return Facts(key="use_case.lengths", title="Requests", figures=figures)


def _limits(request: Request) -> list[FigureTable]:
    if not request.sla:
        return []
    columns = [
        TableColumn(key="limit", label="Latency limit"),
        TableColumn(key="limit_s", label="At most", unit="s", method=STATED),
    ]
    rows = [[limit_name(key), limit] for key, limit in request.sla.items()]
    return [FigureTable(key="use_case.sla", title="SLA class", columns=columns, rows=rows)]


def _quality(request: Request) -> Facts:
    q, scope = request.quality, request.scope
    named = ", ".join((*scope.formats, *scope.kv_formats)) or "any that loses no more than allowed"
    figures = [
        Fact(key="use_case.precision", label="Weight and cache formats", value=named, unit="text", method=STATED),
        Fact(key="use_case.max_loss_pct", label="Formats may lose at most, of a benchmark's score",
             value=None if q.any_quality else q.max_loss_pct, unit="%", method=STATED),
        Fact(key="use_case.confidence", label="Share of deployments that shall be as fast", value=request.confidence,
             unit="share", method=STATED),
        Fact(key="use_case.commitment", label="Machines are rented", value=scope.commitment.replace("_", " "),
             unit="text", method=STATED),
        Fact(key="use_case.spare_replicas", label="Spare replicas (N+k)", value=request.limits.spare_replicas,
             unit="replicas", method=STATED),
    ]  # fmt: skip
    if q.floor is not None:
        figures.append(
            Fact(key="use_case.min_score", label=f"Quality floor: {q.floor.benchmark}", value=q.floor.min_score,
                 method=STATED)
        )  # fmt: skip
    return Facts(key="use_case.quality", title="Precision, quality floor and confidence", figures=figures)
