"""The best candidate of every GPU, weight format and KV format that was found, whatever the search looked for."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.request.request import Request
from planner.search.bounds import least_at, least_usd_per_hour
from planner.search.candidates import Candidates, evaluate
from planner.search.groups import kind_of, kinds
from planner.search.market import Market
from planner.search.prepared import Prepared
from planner.search.search import DesignRates


def completed(
    found: Candidates, prepared: Prepared, market: Market, request: Request, rated: DesignRates,
    upto_usd: float = float("inf"),
) -> Candidates:  # fmt: skip
    """The candidates with all designs that may cost no more than the best found of their GPU and formats, nor than
    `upto_usd` dollars (USD) an hour; the numbers of those found stay.

    `found` is of some of the designs of `prepared`: `search` leaves out what cannot be among the cheapest pairs.
    """
    kind = kinds(prepared.designs)
    best = np.full(int(kind.max(initial=0)) + 1, -np.inf)
    able = np.flatnonzero(found.feasible)
    best[kind_of(found)[able]] = np.inf
    np.minimum.at(best, kind_of(found)[able], found.usd_per_hour[able])
    best = np.minimum(best, upto_usd)
    judged = np.searchsorted(prepared.kept, found.prepared.kept)
    may = least_usd_per_hour(prepared, market, request) <= best[kind]
    may[judged] = False
    rows = np.flatnonzero(may)
    rows = rows[least_at(prepared.take(rows), market, request, rated.free_of(rows)) <= best[kind[rows]]]
    if not len(rows):
        return found
    more = evaluate(prepared.take(rows), market, request, rated.rates_of(rows))
    return _joined(found, more, prepared.take(np.concatenate([judged, rows])))


def _joined(first: Candidates, more: Candidates, prepared: Prepared) -> Candidates:
    """Both, one after another; `prepared`: their designs in the same order."""
    sets, designs = len(first.replicas), len(first.prepared.designs)

    def both(name: str, beyond: int = 0) -> Array:
        return np.concatenate([getattr(first, name), getattr(more, name) + beyond])

    return Candidates(
        prepared, first.rate_per_s, first.spare, both("design", designs), both("limit"), both("replicas"),
        both("row", sets), both("offer"), both("machines"), both("usd_per_hour"),
        np.concatenate([first.feasible, more.feasible]),
    )  # fmt: skip
