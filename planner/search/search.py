"""The search that evaluates only designs whose least cost (planner/search/bounds.py) is low enough, and those that may
be on the Pareto front."""

from __future__ import annotations

from math import ceil

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import undisturbed_e2e_s
from planner.physics.design import Ints
from planner.progress import Progress
from planner.request.request import Request
from planner.search.bounds import least_at, least_usd_per_hour
from planner.search.candidates import Candidates, best_rate, evaluate, roomy_concurrency
from planner.search.groups import pair_of, pairs
from planner.search.known import KnownRates
from planner.search.market import Market
from planner.search.prepared import Prepared

# So few designs are all evaluated.
FEW = 96
# Designs reach their bound to a half, mostly: the guess is so many times the bound.
GUESS = 3.0
# The same once the concurrency is known.
NARROW = 1.5
# The Pareto front ends at so many times the least dollars.
DEAREST = 10.0
LEVELS = 24
IDLE_PER_S = 1e-6
# So many designs are rated at once.
PART = 1024


@dataclass(frozen=True)
class DesignRates:
    """What designs serve within one SLA, as far as they were looked at: it depends on neither the rate nor the offers.

    known: of all designs that were asked about; rows: which of these those of `prepared` are, D.
    """

    prepared: Prepared
    sla: dict[str, float]
    known: KnownRates
    rows: Ints

    @classmethod
    def none_of(cls, prepared: Prepared, sla: dict[str, float]) -> DesignRates:
        """Nothing looked at yet."""
        known = KnownRates(np.full(len(prepared.designs), np.nan), np.full_like(prepared.slots, np.nan))
        return cls(prepared, sla, known, np.arange(len(prepared.designs)))

    @property
    def rates(self) -> Array:
        """`best_rate` as far as it is known, D x L; NaN where it is not."""
        return self.known.rates[self.rows]

    def free_of(self, rows: Array) -> Array:
        """`roomy_concurrency` of some designs."""
        new = rows[np.isnan(self.known.free[self.rows[rows]])]
        if len(new):
            self.known.free[self.rows[new]] = roomy_concurrency(self.prepared.take(new), self.sla)
        return self.known.free[self.rows[rows]]

    def rates_of(self, rows: Array) -> Array:
        """`best_rate` of some designs."""
        new = rows[np.isnan(self.known.rates[self.rows[rows], 0])]
        if len(new):
            self.known.rates[self.rows[new]] = best_rate(self.prepared.take(new), self.sla, self.free_of(new))
        return self.known.rates[self.rows[rows]]


def search(
    prepared: Prepared, market: Market, request: Request, *, best: int, front: bool = True,
    progress: Progress | None = None, rated: DesignRates | None = None, guess_usd: float = np.inf,
) -> Candidates:  # fmt: skip
    """`evaluate` without the designs that cannot be among the `best` cheapest (GPU, format) pairs, nor on the front
    where that is asked for.

    Designs are looked at up to a guess at what the last of these pairs costs, and of these only the ones that may cost
    as little with the concurrency that the SLA allows. Where the last pair turns out to cost more, the others up to
    that follow. `rated`: what is known of `prepared` under the request's SLA, where it is asked about several times;
    `guess_usd`: what the last pair may cost an hour, where that is known: it spares the look for a guess.
    """
    rated = DesignRates.none_of(prepared, request.sla) if rated is None else rated
    least = least_usd_per_hour(prepared, market, request)
    able = np.isfinite(least)
    if able.sum() <= FEW:
        return evaluate(prepared, market, request, rated.rates_of(np.arange(len(least))))
    d = prepared.designs
    pair = pairs(d)
    lasting = np.zeros(len(d), dtype=bool)
    if front:
        lasting[promising(least, _idle_s(prepared), each=5)] = True
    looked, judged = (np.zeros(len(d), dtype=bool) for _ in range(2))
    closer, done = np.full(len(d), np.inf), 0

    def told(rows: Array) -> None:
        nonlocal done
        done += len(rows)
        if progress is not None:
            progress(min(done, 2 * len(d)), 2 * len(d))

    def look(upto: float) -> None:
        rows = np.flatnonzero(((able & (least <= upto)) | lasting) & ~looked)
        if len(rows):
            closer[rows] = least_at(prepared.take(rows), market, request, rated.free_of(rows))
            looked[rows] = True
            told(rows)

    if np.isfinite(guess_usd):
        upto = guess_usd
    else:
        look(GUESS * _last_of(pair, least, best))
        upto = NARROW * _last_of(pair, closer, best)
    while True:
        look(upto)
        rows = np.flatnonzero(((np.isfinite(closer) & (closer <= upto)) | lasting) & ~judged)
        for part in np.array_split(rows, ceil(len(rows) / PART)) if len(rows) else []:
            rated.rates_of(part)
            judged[part] = True
            told(part)
        rows = np.flatnonzero(judged)
        found = evaluate(prepared.take(rows), market, request, rated.rates_of(rows))
        left = np.concatenate([least[able & ~looked], closer[np.isfinite(closer) & ~judged]])
        last = last_of(found, best)
        upto = last if front or np.isfinite(last) else _further(upto, left)
        if not (left <= upto).any():
            return found


def any_below(prepared: Prepared, market: Market, request: Request, rated: DesignRates, usd_per_hour: float) -> bool:
    """Whether any candidate within the limits costs less than `usd_per_hour`; only designs whose lower bounds do are
    looked at."""
    rows = np.flatnonzero(least_usd_per_hour(prepared, market, request) < usd_per_hour)
    if len(rows):
        rows = rows[least_at(prepared.take(rows), market, request, rated.free_of(rows)) < usd_per_hour]
    if not len(rows):
        return False
    found = evaluate(prepared.take(rows), market, request, rated.rates_of(rows))
    return bool((found.feasible & (found.usd_per_hour < usd_per_hour)).any())


def _further(upto: float, left: Array) -> float:
    """Dollars (USD) an hour up to which designs are looked at next where too few pairs were found, `left` what the
    others cost at least: the next of them may do."""
    return max(GUESS * upto, float(left.min(initial=np.inf)))


def _idle_s(prepared: Prepared) -> Array:
    rows = np.arange(len(prepared.designs))
    return undisturbed_e2e_s(prepared.curves, rows, np.full(len(rows), IDLE_PER_S))


def last_of(found: Candidates, best: int) -> float:
    """Dollars (USD) an hour of the `best`-cheapest pair of GPU and format found; infinite where there are fewer."""
    return _last_of(pair_of(found)[found.feasible], found.usd_per_hour[found.feasible], best)


def _last_of(pairs: Array, usd: Array, best: int) -> float:
    """Dollars (USD) an hour of the `best`-cheapest pair; infinite where there are fewer."""
    if not len(pairs):
        return np.inf
    least = np.full(int(pairs.max()) + 1, np.inf)
    np.minimum.at(least, pairs, usd)
    return float(np.sort(least)[best - 1]) if len(least) >= best else np.inf


def promising(usd: Array, seconds: Array, *, each: int) -> Array:
    """Indices of the fastest `each` at every level of dollars up to DEAREST times the least."""
    least = float(np.min(usd))
    level = np.floor(LEVELS * np.log(np.maximum(usd / np.maximum(least, 1e-12), 1.0)) / np.log(DEAREST))
    rows = np.flatnonzero(level < LEVELS)
    rows = rows[np.lexsort((seconds[rows], level[rows]))]
    start = np.searchsorted(level[rows], level[rows], side="left")
    return np.sort(rows[np.arange(len(rows)) - start < each])
