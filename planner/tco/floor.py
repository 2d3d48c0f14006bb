"""The cheapest way to a quality: every model that reaches a score, hosted and through APIs, in dollars a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from hardware_db.ownership import terms_with
from models_db.quality import Score, lowest_scores, models_with_score, score_of
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.physics.coefficients import Coefficients
from planner.progress import Progress
from planner.request.request import Request
from planner.tco.answer import FloorAnswer, FloorWay
from planner.tco.apis import ApiPrice, all_prices
from planner.tco.compare import Case
from planner.tco.hosting import ways
from planner.tco.request import TcoTerms
from planner.tco.tco import hosting_option, per_million, price_of
from planner.version import __version__


def cheapest_quality(
    request: Request, asked: TcoTerms, catalogs: Catalogs, coefficients: Coefficients, *,
    own_prices: Mapping[str, ApiPrice] | None = None, own_scores: Iterable[Score] = (), today: date | None = None,
    progress: Progress | None = None,
) -> FloorAnswer:  # fmt: skip
    """Every way to the request's quality floor, cheapest first. Raises InputError where there is none."""
    floor = request.quality
    if floor is None:
        raise InputError("quality: state a benchmark and a score")
    on = asked.on or today or datetime.now(UTC).date()
    extra = tuple(own_scores)
    known = lowest_scores(floor.benchmark, catalogs.models, extra)
    listed = _prices(asked, own_prices, on)
    named = own_prices is not None or "apis" in asked.model_fields_set
    free = [] if named else [p for p in listed if p.input == p.output == 0.0]
    prices = [p for p in listed if p not in free]
    rated = [(p, score_of(p.name, known, catalogs.models)) for p in prices]
    reached = [(p, s) for p, s in rated if s is not None and s.score >= floor.min_score]
    found = _hosted(request, asked, catalogs, coefficients, extra, progress)
    found += [_through_api(request, asked, p, s) for p, s in reached]
    if not found:
        raise InputError(f"quality: no model reaches {floor.min_score:g} on {floor.benchmark} within the SLA")
    return FloorAnswer(
        version=__version__, benchmark=floor.benchmark, min_score=floor.min_score,
        ways=sorted(found, key=lambda way: (way.usd_per_month, way.model)),
        without_score=[p.name for p, s in rated if s is None],
        below=[p.name for p, s in rated if s is not None and s.score < floor.min_score],
        assumptions=[
            f"API prices of {on.isoformat()}, first price tier",
            "a model's score is the lowest published of its best checkpoint; shots differ between sources",
            "the tokens are the workload's for every model: thinking, where a score was reached with it, adds to them",
            *([f"left out, at 0 USD a token (free tiers, or priced by other units): {_names(free)}"] if free else []),
            "the SLA holds for what is hosted; how fast an API answers is not known" if request.sla else "no SLA",
        ],
    )  # fmt: skip


def _names(prices: Sequence[ApiPrice]) -> str:
    shown = ", ".join(p.name for p in prices[:8])
    return f"{shown} and {len(prices) - 8} more" if len(prices) > 8 else shown


def _prices(asked: TcoTerms, own: Mapping[str, ApiPrice] | None, on: date) -> Sequence[ApiPrice]:
    """The APIs that are named, else all of the price file, else all of the package."""
    if "apis" in asked.model_fields_set:
        return [price_of(name, own, on) for name in asked.apis]
    return list(own.values()) if own is not None else list(all_prices(on))


def _hosted(
    request: Request, asked: TcoTerms, catalogs: Catalogs, coefficients: Coefficients, extra: Sequence[Score],
    progress: Progress | None,
) -> list[FloorWay]:  # fmt: skip
    """The cheapest hosting of each model that reaches the floor and fits the scope."""
    assert request.quality is not None
    try:
        models = models_with_score(request.quality.benchmark, request.quality.min_score, catalogs.models, extra)
    except InputError:
        return []
    terms, found = terms_with(asked.terms), []
    for i, scored in enumerate(models):
        if progress is not None:
            progress(i, len(models))
        alone = request.model_copy(update={"model": scored.model.id, "quality": None})
        try:
            hosted = ways(alone, catalogs, coefficients, asked.commitments, asked.owned, asked.own, terms)
        except PlannerError:
            continue
        case = Case(alone, tuple(hosted), terms, asked.batch_share)
        options = [hosting_option(case, n) for n in range(len(hosted))]
        if options:
            best = min(options, key=lambda o: o.usd_per_month)
            found.append(
                FloorWay(
                    model=scored.model.id, kind="self-hosted", way=best.name, score=scored.score.score,
                    score_source=scored.score.text, usd_per_month=best.usd_per_month,
                    usd_per_million_tokens=best.usd_per_million_tokens, what=best.description, sources=best.sources,
                )
            )  # fmt: skip
    return found


def _through_api(request: Request, asked: TcoTerms, price: ApiPrice, score: Score) -> FloorWay:
    case = Case(request, (), terms_with(asked.terms), asked.batch_share)
    usd = round(float(case.api(price)), 2)
    return FloorWay(
        model=price.name, kind="API", way="API", score=score.score, score_source=score.text, usd_per_month=usd,
        usd_per_million_tokens=per_million(usd, case),
        what=f"${price.input:g} in, ${price.output:g} out a million tokens", sources=[f"{price.source}, {price.as_of}"],
    )  # fmt: skip
