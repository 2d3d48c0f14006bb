"""Traffic in classes, each served where it may be served and where it is cheapest: own models, APIs, or both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from models_db.quality import Score, lowest_scores, score_of, score_of_checkpoint
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.tco.answer import ClassChoice, Hybrid
from planner.tco.apis import ApiPrice
from planner.tco.compare import Case
from planner.tco.request import TcoTerms, TrafficClass


@dataclass(frozen=True)
class Place:
    """Where a class may go: an own model (its case) or an API, with its score where one is known."""

    name: str
    case: Case | None
    price: ApiPrice | None
    score: Score | None


def hybrid(
    cases: Mapping[str, Case], prices: Sequence[ApiPrice], asked: TcoTerms, catalogs: Catalogs,
    own_scores: Iterable[Score] = (),
) -> Hybrid:  # fmt: skip
    """The cheapest place for every class, over all assignments; machines are shared by classes on the same model.

    `cases`: the hosting of each own model at the whole traffic. Raises InputError where a class may go nowhere.
    """
    known = lowest_scores(asked.benchmark, catalogs.models, own_scores) if asked.benchmark else {}
    models = catalogs.models
    places = [Place(name, case, None, score_of_checkpoint(name, known, models)) for name, case in cases.items()]
    places += [Place(p.name, None, p, score_of(p.name, known, models)) for p in prices]
    any_case = next(iter(cases.values()))
    options = [_allowed(c, places, any_case, asked) for c in asked.classes]
    usd = _hosting(cases, asked.classes)
    best, total = _cheapest(options, usd, asked, any_case)
    masks = {name: sum(1 << i for i, place in enumerate(best) if place.name == name) for name in cases}
    return Hybrid(
        usd_per_month=round(total, 2),
        classes=[
            _choice(c, place, allowed, any_case, asked)
            for c, place, allowed in zip(asked.classes, best, options, strict=True)
        ],
        hosting_usd_per_month={name: round(float(usd[name][mask]), 2) for name, mask in masks.items() if mask},
    )  # fmt: skip


def _cheapest(
    options: Sequence[Sequence[Place]], usd: Mapping[str, Array], asked: TcoTerms, case: Case
) -> tuple[list[Place], float]:
    """The assignment of least dollars (USD) a month, over all of them at once; the first of equals."""
    chosen = np.indices([len(places) for places in options]).reshape(len(options), -1)
    total = np.zeros(chosen.shape[1])
    masks = {name: np.zeros(chosen.shape[1], dtype=int) for name in usd}
    for i, (c, places) in enumerate(zip(asked.classes, options, strict=True)):
        away = [_api_usd(c, p, case, asked) if p.price is not None else 0.0 for p in places]
        total += np.array(away)[chosen[i]]
        for name, mask in masks.items():
            mask += np.array([p.name == name for p in places])[chosen[i]].astype(int) << i
    for name, mask in masks.items():
        total += usd[name][mask]
    best = int(np.argmin(total))
    return [places[chosen[i, best]] for i, places in enumerate(options)], float(total[best])


def _allowed(c: TrafficClass, places: Sequence[Place], case: Case, asked: TcoTerms) -> list[Place]:
    """The own models and the one cheapest API that this class may use."""
    good = [p for p in places if not _problem(c, p, case)]
    apis = sorted((p for p in good if p.price is not None), key=lambda p: _api_usd(c, p, case, asked))
    found = [p for p in good if p.case is not None] + apis[:1]
    if not found:
        why = "; ".join(f"{p.name}: {_problem(c, p, case)}" for p in places[:6])
        raise InputError(f"tco.classes: {c.name}: no place may serve it ({why})")
    return found


def _problem(c: TrafficClass, place: Place, case: Case) -> str:
    """Why a class may not go to a place, or nothing."""
    if place.price is not None and c.private:
        return "private traffic may not leave"
    if c.min_score is not None and place.score is None:
        return "no score is known"
    if c.min_score is not None and place.score is not None and place.score.score < c.min_score:
        return f"scores {place.score.score:g}, {c.min_score:g} is asked"
    if place.price is not None and c.within_sla:
        return _too_slow(place.price, case)
    return ""


def _too_slow(price: ApiPrice, case: Case) -> str:
    for key, limit in case.request.sla.items():
        stated = price.latency_s.get(key)
        if stated is None:
            return f"its {key} is not stated"
        if stated > limit:
            return f"its {key} is {stated:g} s, {limit:g} s is asked"
    return ""


def _api_usd(c: TrafficClass, place: Place, case: Case, asked: TcoTerms) -> float:
    assert place.price is not None
    tokens_in, tokens_out = case.tokens
    share = c.share
    batch = asked.batch_share if c.batch_share is None else c.batch_share
    return float(
        place.price.usd(
            tokens_in * share,
            tokens_out * share,
            cached_share=case.cached,
            batch_share=batch,
            mix=case.mix(place.price),
        )
    )


def _hosting(cases: Mapping[str, Case], classes: Sequence[TrafficClass]) -> dict[str, Array]:
    """Dollars a month of each own model for every subset of the classes, by bit mask."""
    masks = np.arange(2 ** len(classes))
    share = sum(((masks >> i) & 1) * c.share for i, c in enumerate(classes))
    return {
        name: np.where(share > 0.0, case.hosting(np.maximum(case.rate * share, 1e-12)), 0.0)
        for name, case in cases.items()
    }


def _choice(c: TrafficClass, place: Place, allowed: Sequence[Place], case: Case, asked: TcoTerms) -> ClassChoice:
    api = _api_usd(c, place, case, asked) if place.price is not None else None
    return ClassChoice(
        name=c.name, share=c.share, place=place.name, kind="self-hosted" if place.price is None else "API",
        score=None if place.score is None else place.score.score,
        score_source="" if place.score is None else place.score.text,
        api_usd_per_month=None if api is None else round(api, 2),
        might_go_to=[p.name for p in allowed],
    )  # fmt: skip
