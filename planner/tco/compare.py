"""Hosting against APIs as one function of volume and of everything that is uncertain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

import numpy as np

from hardware_db.ownership import OwnershipTerm
from planner.formulas.time import SECONDS_PER_MONTH
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.request.request import Request
from planner.tco.apis import WHOLE, ApiPrice
from planner.tco.hosting import Way
from planner.tco.idle import Idle
from planner.tco.tiers import shares

# Inputs of a case that are uncertain beside the terms of owning: name, low and high as factors on the stated value.
FACTORS = {
    "machine prices": (0.8, 1.25), "input tokens": (0.7, 1.4), "output tokens": (0.7, 1.4), "volume": (0.6, 1.8),
    "peak over average": (0.8, 1.5), "device speed": (0.85, 1.2),
}  # fmt: skip
CACHED = "cached input share"
TERMS = (
    "usd_per_kwh",
    "staff_usd_per_year",
    "staff_fte_owned",
    "staff_fte_cloud",
    "life_years",
    "load_share",
    "idle_share",
)
VOLUMES = 2.0 ** np.arange(-14.0, 10.01, 0.125)
DRAWS = 4000


@dataclass(frozen=True)
class Case:
    """The stated inputs; `factor` are arrays of one shape (draws) or scalars, by name of FACTORS, terms by id; `idle`:
    a replica that is stopped when idle, where the SLA allows it."""

    request: Request
    ways: tuple[Way, ...]
    terms: Mapping[str, OwnershipTerm]
    batch_share: float
    factor: Mapping[str, Array] = field(default_factory=dict)
    value: Mapping[str, Array] = field(default_factory=dict)
    idle: Idle | None = None

    def _f(self, name: str) -> Array:
        return self.factor.get(name, 1.0)

    def term(self, name: str) -> Array:
        return self.value.get(name, self.terms[name].value)

    @property
    def rate(self) -> Array:
        return self.request.traffic.average_per_s * self._f("volume")

    @property
    def cached(self) -> Array:
        return self.value.get(CACHED, self.request.traffic.prefix_hit)

    @property
    def tokens(self) -> tuple[Array, Array]:
        """Input and output tokens a month."""
        each = self.request.input_tokens.average * self._f("input tokens")
        made = self.request.output_tokens.average * self._f("output tokens")
        return self.rate * SECONDS_PER_MONTH * each, self.rate * SECONDS_PER_MONTH * made

    def speed(self, way: Way) -> Array:
        """Requests a second of device time, as a factor: it follows tokens, cached ones need none."""
        hit = self.request.traffic.prefix_hit
        prompt = way.prompt_share * self._f("input tokens") * (1.0 - self.cached) / (1.0 - hit)
        load = prompt + (1.0 - way.prompt_share) * self._f("output tokens")
        return self._f("device speed") / np.maximum(load, 1e-6)

    def capacity(self, way: Way) -> Array:
        """What one machine serves, as a factor."""
        return self.speed(way) / self._f("peak over average")

    def load(self, way: Way, rate: Array | None = None) -> Array:
        """Share of time that the machines of a way are busy."""
        rate = self.rate if rate is None else rate
        return way.load(rate, way.machines(rate, self.capacity(way)), self.speed(way))

    def lines(self, way: Way, rate: Array | None = None) -> dict[str, Array]:
        """Dollars (USD) a month of a way, by line."""
        machines = way.machines(self.rate if rate is None else rate, self.capacity(way))
        return way.lines(machines, self.values, self._f("machine prices"), self.load(way, rate))

    @property
    def values(self) -> dict[str, Array]:
        """The terms by id, moved where they are."""
        return {name: self.term(name) for name in self.terms}

    def hosting(self, rate: Array | None = None) -> Array:
        """The cheapest way to host [USD a month]."""
        costs = [sum(self.lines(way, rate).values()) for way in self.ways]
        if self.idle is not None:
            costs.append(self.idle.usd(self.rate if rate is None else rate, self.values, self._f("machine prices")))
        return np.min(np.broadcast_arrays(*costs), axis=0)

    def api(self, price: ApiPrice, rate: Array | None = None) -> Array:
        """An API at the same traffic [USD a month]."""
        tokens_in, tokens_out = self.tokens
        scale = 1.0 if rate is None else rate / self.rate
        return scale * price.usd(
            tokens_in, tokens_out, cached_share=self.cached, batch_share=self.batch_share, mix=self.mix(price)
        )

    def mix(self, price: ApiPrice) -> Sequence[tuple[float, float]]:
        """Shares of input tokens and of requests in each tier of an API, at the lengths that are stated."""
        return shares(self.request.input_tokens, price.tiers) if price.tiers else WHOLE


def split(case: Case, price: ApiPrice, private_share: float) -> tuple[float, float]:
    """(share hosted, USD a month) of the cheapest split; at least `private_share` stays."""
    shares = np.unique(np.concatenate([[private_share], np.linspace(private_share, 1.0, 101)]))
    host = np.where(shares > 0.0, case.hosting(np.maximum(case.rate * shares, 1e-12)), 0.0)
    total = host + case.api(price, case.rate * (1.0 - shares))
    best = int(np.argmin(total))
    return float(shares[best]), float(total[best])


def ranges(case: Case) -> dict[str, tuple[float, float, bool]]:
    """Low, high and whether they are factors, of every uncertain input."""
    found = {name: (low, high, True) for name, (low, high) in FACTORS.items()}
    hit = case.request.traffic.prefix_hit
    found[CACHED] = (max(0.0, hit - 0.2), min(0.9, hit + 0.3), False)
    for name in TERMS:
        term = case.terms[name]
        if term.low < term.high:
            found[name] = (term.low, term.high, False)
    return found


def moved(case: Case, values: Mapping[str, Array]) -> Case:
    """The case with inputs of `ranges` set to `values`."""
    factors = {name: v for name, v in values.items() if name in FACTORS}
    others = {name: v for name, v in values.items() if name not in FACTORS}
    return replace(case, factor=factors, value=others)


def tornado(case: Case, price: ApiPrice | None) -> list[tuple[str, float, float, float, float]]:
    """(name, low, high, hosting less API at both [USD a month]), the widest swing first; hosting alone without one."""
    rows: list[tuple[str, float, float, float, float]] = []
    for name, (low, high, _) in ranges(case).items():
        ends = []
        for value in (low, high):
            changed = moved(case, {name: np.asarray(value)})
            ends.append(float(changed.hosting() - (changed.api(price) if price is not None else 0.0)))
        rows.append((name, low, high, ends[0], ends[1]))
    return sorted(rows, key=lambda r: -abs(r[4] - r[3]))


def draws(case: Case, price: ApiPrice | None, seed: int = 0) -> tuple[Array, Array | None]:
    """Hosting and API [USD a month] over DRAWS triangular draws of all inputs at once, the stated value as mode; the
    second is None without an API."""
    rng = np.random.default_rng(seed)
    values: dict[str, Array] = {}
    for name, (low, high, is_factor) in ranges(case).items():
        mode = 1.0 if is_factor else float(case.cached) if name == CACHED else case.terms[name].value
        values[name] = rng.triangular(low, float(np.clip(mode, low, high)), high, DRAWS)
    changed = moved(case, values)
    api = None if price is None else np.broadcast_to(changed.api(price), DRAWS)
    return np.broadcast_to(changed.hosting(), DRAWS), api
