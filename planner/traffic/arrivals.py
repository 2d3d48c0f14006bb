"""Arrival times: renewal gaps of a stated CV, run through a clock that follows levels and a daily profile."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from planner.errors import TrafficError
from planner.formulas.normal import ndtr
from planner.formulas.types import Array
from planner.request.request import Traffic
from planner.traffic.chain import stationary

HOUR = 3600.0
LASTING_S = 10.0
CHAIN = 4000
# Draws of one kind in a run: some seconds of work and some hundred MB.
MOST_DRAWS = 10_000_000
# Gaps whose spread is smaller than that of rounding are even.
EVEN = 1e-9
# Shares of time that a level stands for, finer where the rate is high.
SHARES = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 1.0)


def arrivals(traffic: Traffic, seconds: float, rng: np.random.Generator) -> Array:
    """Sorted arrival times [s] within [0, seconds); in expectation `rate_per_s` a second over levels and profile.

    Raises TrafficError where that takes more than MOST_DRAWS draws.
    """
    edges, work = _clock(traffic, seconds, rng)
    times = _gaps(traffic.rate_per_s, traffic.cv, float(work[-1]), rng)
    return np.interp(times, work, edges)


def _clock(traffic: Traffic, seconds: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Piecewise linear map from work time (at the mean rate) to wall time: edges and cumulated work."""
    window = min(traffic.window_s, seconds) if traffic.levels or traffic.profile else seconds
    if window < seconds:
        bounded(seconds, "window_s", traffic)
    edges = np.append(np.arange(0.0, seconds, window), seconds)
    if len(edges) > 2 and edges[-1] - edges[-2] < 1e-9:
        edges = np.delete(edges, -2)
    speed = np.ones(len(edges) - 1)
    if traffic.levels:
        speed *= _levels(traffic, len(speed), rng)
    if traffic.profile:
        hours = ((edges[:-1] + edges[1:]) / 2.0 / HOUR).astype(int) % 24
        speed *= np.array(traffic.hourly)[hours]
    # A flat stretch would make the map ambiguous; nothing arrives in a billionth.
    return edges, np.concatenate([[0.0], np.cumsum(np.maximum(speed, 1e-9) * np.diff(edges))])


@lru_cache(maxsize=64)
def lasting_levels(traffic: Traffic) -> tuple[tuple[float, float], ...]:
    """(factor on the mean rate, share of requests) of the rate over LASTING_S, from a long draw of its windows.

    Shorter excursions are taken up by queues and by requests that outlive them.
    """
    if not traffic.levels:
        return ((1.0, 1.0),)
    bounded(CHAIN * LASTING_S, "window_s", traffic)
    each = max(1, round(LASTING_S / traffic.window_s))
    drawn = _levels(traffic, CHAIN * each, np.random.default_rng(0))
    rates = np.sort(drawn.reshape(CHAIN, each).mean(axis=1))
    edges = np.round(np.array(SHARES) * CHAIN).astype(int)
    parts = [rates[a:b] for a, b in pairwise(edges)]
    total = rates.sum()
    return tuple((float(p.mean() * CHAIN / total), float(p.sum() / total)) for p in parts if p.sum() > 0)


def bounded(seconds: float, key: str, traffic: Traffic) -> None:
    """Raise TrafficError where a time of the traffic, `key`, goes more than MOST_DRAWS times into `seconds`."""
    value, least = float(getattr(traffic, key)), seconds / MOST_DRAWS
    if value >= least:
        return
    nearest = f"at least {rounded(least, up=True)} s"
    if traffic.preset is not None:
        nearest += f"; where the preset sets it, --rate at most {rounded(traffic.rate_per_s * value / least)}"
    raise TrafficError(f"traffic.{key}: {value:g} s would take more than {MOST_DRAWS:,} draws ({nearest})")


def rounded(value: float, *, up: bool = False) -> str:
    """Three digits, not above the value, or not below it.

    >>> rounded(1999.0), rounded(0.0012341, up=True)
    ('1990', '0.00124')
    """
    if value < 1e-300:
        return f"{value:g}"
    unit = 10.0 ** (np.floor(np.log10(value)) - 2)
    return f"{(np.ceil(value / unit) if up else np.floor(value / unit)) * unit:.6g}"


def _levels(traffic: Traffic, count: int, rng: np.random.Generator) -> Array:
    """Factors of `count` windows: a Gaussian AR(1) chain, mapped through its ranks to the stated shares of time."""
    factors, shares = np.array(sorted(traffic.levels)).T
    shares = shares / shares.sum()
    chain = stationary(rng.standard_normal(count), traffic.persistence)
    place = np.searchsorted(np.cumsum(shares), ndtr(chain))
    return (factors / (factors @ shares))[np.minimum(place, len(factors) - 1)]


def _gaps(rate: float, cv: float, until: float, rng: np.random.Generator) -> Array:
    """Renewal process at `rate`: gamma gaps of the given CV (1 exponential, up to EVEN evenly spaced from a random
    start)."""
    if until * rate > MOST_DRAWS:
        most = rounded(MOST_DRAWS / until)
        raise TrafficError(f"traffic.rate_per_s: {rate:g} makes more than {MOST_DRAWS:,} requests (at most {most})")
    if cv <= EVEN:
        return np.arange(rng.random() / rate, until, 1.0 / rate)
    shape = 1.0 / (cv * cv)
    times = np.zeros(0)
    last = 0.0
    while last < until:
        count = int((until - last) * rate * 1.1 + 10.0 * cv * np.sqrt((until - last) * rate) + 16)
        gaps = rng.gamma(shape, 1.0 / (shape * rate), size=count)
        times = np.concatenate([times, last + np.cumsum(gaps)])
        last = float(times[-1])
    return times[times < until]
