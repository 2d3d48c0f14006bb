"""Which of several models serves a request most cheaply: of the dearer ones few designs are looked at, or none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models_db.schema import Model
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.design import Designs
from planner.plan.choice import winner
from planner.plan.context import Context
from planner.progress import Progress, part
from planner.request.request import Request
from planner.search.market import Market
from planner.search.search import search

# Of two sums of dollars the smaller may come out so much the larger.
ROUNDING = 1e-6


@dataclass(frozen=True)
class _Asked:
    """One model under its own request, its designs, and what one replica of each costs at least; infinite where it
    does not hold one sequence."""

    model: Model
    request: Request
    market: Market
    designs: Designs
    least_usd: Array

    @classmethod
    def of(cls, model: Model, request: Request, context: Context) -> _Asked:
        market, designs = context.scope(request, model)
        least = context.least_usd_per_hour(request, model, market, designs)
        return cls(model, request, market, designs, least)

    @property
    def cheapest_usd(self) -> float:
        return float(self.least_usd.min(initial=np.inf))


def cheapest_model(
    request: Request, asked: Sequence[tuple[Model, Request]], context: Context, progress: Progress | None = None
) -> int:
    """The number of the model whose cheapest plan costs least, by closed form: without limits on the cluster where none
    has a plan within them; the first where none has one.

    asked: each model with the request under its name. The models whose weights fit the cheapest GPUs come first; once
    a plan is known, designs of which one replica costs more are not looked at. Equal dollars go by the checkpoint.
    """
    known = [_Asked.of(model, one, context) for model, one in asked]
    best = (np.inf, "", 0)
    for done, i in enumerate(sorted(range(len(known)), key=lambda i: known[i].cheapest_usd)):
        told = part(progress, done, len(known))
        if np.isfinite(known[i].cheapest_usd) and known[i].cheapest_usd <= best[0] + ROUNDING:
            usd = _least_usd(request, known[i], context, best[0] + ROUNDING, told)
            best = min(best, (usd, known[i].model.checkpoint, i)) if np.isfinite(usd) else best
        if told is not None:
            told(1, 1)
    if not np.isfinite(best[0]) and request.limits.most:
        return cheapest_model(request.unlimited, asked, context, progress)
    return best[2]


def _least_usd(request: Request, one: _Asked, context: Context, upto_usd: float, progress: Progress | None) -> float:
    """Dollars (USD) an hour of the cheapest plan among the designs that may cost up to `upto_usd`; infinite where there
    is none."""
    some = one.least_usd <= upto_usd
    prepared, rated = context.some_prepared(one.request, one.model, one.designs, some)
    found = search(prepared, one.market, request, best=1, front=False, progress=progress, rated=rated)
    return float(found.usd_per_hour[winner(found)]) if found.feasible.any() else np.inf
