"""The cheapest way to a quality: every model that reaches a score, hosted and through APIs, in dollars a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from models_db.quality import Score, ScoredModel, lowest_scores, score_of, scored_models
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.physics.coefficients import Coefficients
from planner.plan.assumptions import unstated
from planner.plan.scored import as_scored
from planner.progress import Progress
from planner.request.request import QualityFloor, Request
from planner.request.said import rate_texts
from planner.tco.answer import FloorAnswer, FloorNotReached, FloorWay, SelfHost
from planner.tco.apis import ApiPrice, all_prices
from planner.tco.compare import Case
from planner.tco.hosting import CLOSED_FORM_MACHINES, ways
from planner.tco.options import per_million
from planner.tco.request import TcoTerms
from planner.tco.tco import options_of, price_of, terms_of
from planner.tco.verdict import floor_verdict, not_reached_verdict
from planner.version import __version__


def cheapest_quality(
    request: Request, asked: TcoTerms, catalogs: Catalogs, coefficients: Coefficients, *,
    own_prices: Mapping[str, ApiPrice] | None = None, own_scores: Iterable[Score] = (), today: date | None = None,
    progress: Progress | None = None,
) -> FloorAnswer | FloorNotReached:  # fmt: skip
    """Every way to the request's quality floor, cheapest first; or what is in the way. Raises PlannerError."""
    floor = request.quality.floor
    if floor is None:
        raise InputError("quality: state a benchmark and a score")
    on = asked.on or today or datetime.now(UTC).date()
    known = lowest_scores(floor.benchmark, catalogs.models, tuple(own_scores))
    listed = [] if request.scope.at_home else _prices(asked, own_prices, on)
    named = own_prices is not None or "apis" in asked.model_fields_set
    free = [] if named else [p for p in listed if p.input == p.output == 0.0]
    rated = [(p, score_of(p.name, known, catalogs.models)) for p in listed if p not in free]
    models, output = scored_models(known, catalogs.models), request.output_tokens.average
    reaching = [m for m in models if m.score.score >= floor.min_score]
    thinking = [m.checkpoint for m in reaching if not m.score.within_reach(output)]
    models = [m for m in models if m.score.within_reach(output)]
    hosts = Hosts(request, asked, catalogs, coefficients)
    able = [m for m in models if m.score.score >= floor.min_score]
    found = hosts.ways(able, progress)
    found += [_through_api(request, asked, p, s) for p, s in rated if s is not None and s.score >= floor.min_score]
    without = [p.name for p, s in rated if s is None]
    below = [(s.score, p.name) for p, s in rated if s is not None and s.score < floor.min_score]
    texts = _assumptions(request, on, free)
    if not found:
        nearest = max([*hosts.best_below(models, floor.min_score, max(below, default=None)), *below], default=None)
        return FloorNotReached(
            version=__version__, verdict=not_reached_verdict(floor, nearest),
            benchmark=floor.benchmark, min_score=floor.min_score,
            reason=_in_the_way(floor, [m.checkpoint for m in able], hosts.problems, thinking),
            nearest_score=nearest[0] if nearest else None, nearest=nearest[1] if nearest else None,
            without_score=without, below=[name for _, name in below], assumptions=texts,
        )  # fmt: skip
    found.sort(key=lambda way: (bool(way.breaches), way.usd_per_month, way.model))
    return FloorAnswer(
        version=__version__, verdict=floor_verdict(floor, found), benchmark=floor.benchmark, min_score=floor.min_score,
        ways=found, without_score=without, below=[name for _, name in below], assumptions=texts,
    )  # fmt: skip


def _assumptions(request: Request, on: date, free: Sequence[ApiPrice]) -> list[str]:
    away = f"API prices of {on.isoformat()} or of the day that stands with them, a prompt in the tier of its length"
    return [
        "on the premises: no rented machines and no API" if request.scope.at_home else away,
        "a model's score is the lowest published of its best checkpoint; shots differ between sources",
        "the tokens are the workload's for every model: a hosted model whose score took thinking is left out where the "
        "outputs are too short for it",
        CLOSED_FORM_MACHINES,
        *([f"left out, at 0 USD a token (free tiers, or priced by other units): {_names(free)}"] if free else []),
        "the SLA holds for what is hosted; how fast an API answers is not known" if request.sla else "no SLA",
        *rate_texts(request),
        *unstated(request),
        *request.engine.texts(),
    ]


def _in_the_way(floor: QualityFloor, able: Sequence[str], problems: Sequence[str], thinking: Sequence[str]) -> str:
    """Why there is no way to the floor: no model, none that can be hosted, or thinking that the outputs have no room
    for."""
    if not able and thinking:
        return f"{', '.join(thinking)} reach it by thinking, for which the outputs are too short; no other way does"
    if not able:
        return f"no model or API with a known score reaches {floor.min_score:g} on {floor.benchmark}"
    shown = f"{', '.join(able[:4])}{' ...' if len(able) > 4 else ''}"
    why = f" ({problems[0]})" if problems else ""
    return (
        f"{shown} reach it, but none is hosted in scope within the SLA{why}, and no API with a known score reaches it"
    )


def _names(prices: Sequence[ApiPrice]) -> str:
    shown = ", ".join(p.name for p in prices[:8])
    return f"{shown} and {len(prices) - 8} more" if len(prices) > 8 else shown


def _prices(asked: TcoTerms, own: Mapping[str, ApiPrice] | None, on: date) -> Sequence[ApiPrice]:
    """The APIs that are named, else all of the price file, else all of the package."""
    if "apis" in asked.model_fields_set:
        return [price_of(name, own, on) for name in asked.apis]
    return list(own.values()) if own is not None else list(all_prices(on))


@dataclass
class Hosts:
    """Models that may be hosted for a request, and why some were not."""

    request: Request
    asked: TcoTerms
    catalogs: Catalogs
    coefficients: Coefficients
    problems: list[str] = field(default_factory=list)

    def ways(self, models: Sequence[ScoredModel], progress: Progress | None) -> list[FloorWay]:
        """The cheapest hosting of each model that fits the scope, and one that is stopped when idle."""
        found = []
        for i, model in enumerate(models):
            if progress is not None:
                progress(i, len(models))
            found += self._of(model)
        return found

    def best_below(
        self, models: Sequence[ScoredModel], floor: float, api: tuple[float, str] | None
    ) -> list[tuple[float, str]]:
        """The best score below the floor that hosting reaches, at most one; lower ones than an API's are not tried."""
        lower = [m for m in models if m.score.score < floor]
        for model in sorted(lower, key=lambda m: (-m.score.score, m.checkpoint)):
            if api is not None and model.score.score <= api[0]:
                break
            if self._of(model):
                return [(model.score.score, model.checkpoint)]
        return []

    def _of(self, model: ScoredModel) -> list[FloorWay]:
        terms = terms_of(self.request, self.asked)
        floor = self.request.quality.floor
        score, name = model.score, model.checkpoint
        least = score.score if floor is None else min(score.score, floor.min_score)
        alone = as_scored(self.request, model, least)
        if alone is None:
            self.problems.append(f"{name}: no format named is known to keep {least:g}")
            return []
        try:
            asked = self.asked
            hosted = ways(alone, self.catalogs, self.coefficients, asked.commitments, asked.owned, asked.own, terms)
        except PlannerError as error:
            self.problems.append(str(error))
            return []
        _, options = options_of(Case(alone, tuple(hosted), terms, self.asked.batch_share))
        best = next((option for option in options if not option.breaches), None)
        shown = [option for option in options if option is best or (best and option.cold_start is not None)]
        return [_hosted(name, score, option) for option in shown]


def _hosted(name: str, score: Score, option: SelfHost) -> FloorWay:
    stops = option.cold_start
    return FloorWay(
        model=name, kind="self-hosted", way=option.name, score=score.score, score_source=score.text,
        usd_per_month=option.usd_per_month, usd_per_million_tokens=option.usd_per_million_tokens,
        what=f"{option.description}; {stops.text}" if stops is not None else option.description,
        sources=option.sources, breaches=option.breaches,
    )  # fmt: skip


def _through_api(request: Request, asked: TcoTerms, price: ApiPrice, score: Score) -> FloorWay:
    case = Case(request, (), terms_of(request, asked), asked.batch_share)
    usd = round(float(case.api(price)), 2)
    return FloorWay(
        model=price.name, kind="API", way="API", score=score.score, score_source=score.text, usd_per_month=usd,
        usd_per_million_tokens=per_million(usd, case),
        what=f"${price.input:g} in, ${price.output:g} out a million tokens", sources=[f"{price.source}, {price.as_of}"],
    )  # fmt: skip
