"""The winner of a question, sooner than its candidates: designs that cannot win are not looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.schema import Model
from planner.errors import InputError
from planner.plan.choice import best_pairs
from planner.plan.context import Context
from planner.plan.explore import unanswerable
from planner.plan.shortlist import Entry, entries_of
from planner.request.request import Request
from planner.search.search import search

# The next question's winner mostly costs no more than so many times the last one's.
NEXT = 1.25
# Dollars an hour that ranks do not tell apart.
ALIKE_USD = 1e-3
NOT_EXPLORED = -1


def leader(request: Request, context: Context) -> Entry | None:
    """The first of the `shortlist` of what `explore` finds for a request that names its model; None where nothing is
    feasible. What is found here, a later `explore` need not look for. It is none of those explored: its `index` is
    NOT_EXPLORED.

    A design costs one replica at least. Those that cost up to a guess are looked at, and where their winner costs more,
    those up to its dollars, so that the guess changes what is looked at and never what is found. Raises InputError as
    `explore` does, and where no model is named.
    """
    if request.model is None:
        raise InputError("model: name the one whose winner is asked for; explore finds the cheapest of several")
    model = context.catalogs.models.find(request.model).model
    problem = unanswerable(request, model)
    if problem:
        raise InputError(problem)
    market, designs = context.scope(request, model)
    least = context.least_usd_per_hour(request, model, market, designs)
    upto, winner = _guess_usd(request, context, model), None
    if np.isfinite(upto):
        least = np.maximum(least, context.best_case_usd(request, model, market, designs))
    while True:
        some = np.isfinite(least) & (least <= upto)
        usd = np.inf
        if some.any():
            prepared, rated = context.some_prepared(request, model, designs, some)
            found = search(prepared, market, request, best=1, front=False, rated=rated, guess_usd=upto)
            if found.feasible.any():
                picked = best_pairs(found, 1)
                usd, winner = float(found.usd_per_hour[picked[0]]), (found, picked)
        if usd + ALIKE_USD <= upto or not np.isfinite(upto):
            break
        upto = usd + ALIKE_USD
    if winner is None:
        return None
    context.leaders[model] = usd, request.traffic.peak_per_s
    return replace(entries_of(winner[0], market, winner[1])[0], index=NOT_EXPLORED)


def _guess_usd(request: Request, context: Context, model: Model) -> float:
    """Dollars (USD) an hour that the winner may cost: what the last one did, for more arrivals in proportion; infinite
    where there was none."""
    usd, per_s = context.leaders.get(model, (np.inf, 1.0))
    return NEXT * usd * max(1.0, request.traffic.peak_per_s / per_s)
