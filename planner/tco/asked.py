"""One question of money: about a named model, or about every model that reaches a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from models_db.quality import Score
from planner.answers import Infeasible
from planner.load.context import must_be_within_context
from planner.plan.context import Context
from planner.progress import Progress
from planner.request.request import Request
from planner.request.strict import a, table
from planner.tco.answer import FloorAnswer, FloorNotReached, TcoAnswer
from planner.tco.apis import ApiPrice
from planner.tco.floor import cheapest_quality
from planner.tco.request import TcoTerms
from planner.tco.tco import tco


def asked_of(
    request: Request, terms: TcoTerms, context: Context, *, prices: Mapping[str, ApiPrice] | None,
    scores: Iterable[Score], today: date | None, progress: Progress | None,
) -> TcoAnswer | FloorAnswer | FloorNotReached | Infeasible:  # fmt: skip
    """See `Planner.tco`; raises InputError where a price or a score is none."""
    scores = tuple(a(score, Score, "scores") for score in scores)
    for name, price in table({} if prices is None else prices, "prices").items():
        a(price, ApiPrice, f"prices.{name}")
    if request.quality.floor is not None:
        return cheapest_quality(
            request, terms, context.catalogs, context.coefficients, own_prices=prices, own_scores=scores, today=today,
            progress=progress,
        )  # fmt: skip
    must_be_within_context(request, context.catalogs.models.find(request.model).model if request.model else None)
    return tco(request, terms, context, own_prices=prices, own_scores=scores, today=today, progress=progress)
