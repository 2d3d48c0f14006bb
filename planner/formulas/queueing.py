"""Queueing: from step times and an arrival rate to waiting times and percentiles."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from planner.formulas.normal import ndtr
from planner.formulas.powers import cube
from planner.formulas.types import Array
from planner.frozen import dataclass


def sustained_rate_per_s(n: Array, *, step_s: Array, prefill_s: Array, osl: Array) -> Array:
    """Arrival rate that keeps `n` sequences decoding in steady state.

    step_s: decode step at n sequences; prefill_s: device time of one prompt inside mixed steps; osl:
    output tokens. Every request costs its prompt and its share of osl steps:
    lambda = n / (osl step + n prefill). Derivation: Little's law [Little 1961] with step / (1 - lambda prefill).

    >>> sustained_rate_per_s(1.0, step_s=0.01, prefill_s=0.0, osl=100.0)
    1.0
    """
    return n / (osl * step_s + n * prefill_s)


def step_moments(
    plain_s: Array, *, rate_per_s: Array, work_s: Array, work2: Array, work3: Array
) -> tuple[Array, Array, Array]:
    """Mean, variance, third central moment of an engine step when prompts that arrive in one step run in the next.

    plain_s: a step without prompts; work_s, work2, work3: raw moments of what a prompt adds; rho = rate x work_s.
    A step given the last one (S) is plain_s plus a compound Poisson sum over S, so its cumulants obey
    k1 = plain / (1 - rho), k2 = rate k1 E2 / (1 - rho^2), k3 = (rate k1 E3 + 3 rho rate E2 k2) / (1 - rho^3).
    `rate_per_s * work_s` must be below one.

    >>> [round(float(v), 3) for v in step_moments(0.01, rate_per_s=0.0, work_s=0.1, work2=0.01, work3=0.001)]
    [0.01, 0.0, 0.0]
    """
    rho = rate_per_s * work_s
    mean = plain_s / (1.0 - rho)
    variance = rate_per_s * mean * work2 / (1.0 - rho**2)
    third = (rate_per_s * mean * work3 + 3.0 * rho * rate_per_s * work2 * variance) / (1.0 - cube(rho))
    return mean, variance, third


def carrying_share(plain_s: Array, step_s: Array, *, rate_per_s: Array) -> Array:
    """Share of time in steps that carry prompts, when those that arrive in one step run in the next.

    A step of length S is followed by one without prompts with probability exp(-rate S); the share P0 of steps without
    follows from its balance with the mean `step_s`, in three passes.
    """
    without = np.exp(-rate_per_s * plain_s)
    share = without
    for _ in range(3):
        loaded = np.maximum((step_s - share * plain_s) / np.maximum(1.0 - share, 1e-9), plain_s)
        after = np.exp(-rate_per_s * loaded)
        share = after / np.maximum(1.0 - without + after, 1e-12)
    return np.minimum(np.maximum(1.0 - share * plain_s / step_s, 1e-6), 1.0)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Arrivals with gamma renewal gaps of a CV from 0 to 20; `least`: what evener ones than Poisson's tend to."""

    rate_per_s: Array
    cv: Array
    least: Array
    bursty: bool

    @classmethod
    def of(cls, rate_per_s: Array, cv: Array) -> Renewal:
        return cls(rate_per_s, cv, np.minimum(0.5 * np.square(cv) - 0.5, -1e-9), np.max(cv, initial=0.0) > 1.0)

    def excess(self, span_s: Array) -> Array:
        """Arrivals within `span_s` after an arrival beyond rate x span.

        M(t) - rate t with the renewal function M(t) = sum_j P(j k, k rate t), k = 1 / cv^2 and P the regularized
        incomplete gamma function; tends to (cv^2 - 1) / 2 [Cox 1962]. Zero for Poisson arrivals; for evener ones the
        exponential approach from -rate t to the limit.

        >>> round(float(Renewal.of(1.0, 2.0).excess(1e6)), 6)
        1.5
        """
        expected = np.asarray(span_s * self.rate_per_s, dtype=float)
        out = self.least * -np.expm1(expected / self.least)
        if self.bursty:
            out, expected, spread = np.broadcast_arrays(out, expected, np.asarray(self.cv, dtype=float))
            bursty = spread > 1.0
            out = np.array(out)
            out[bursty] = _bursty_excess(expected[bursty], spread[bursty])
        return out

    def crowding(self, span_s: Array) -> Array:
        """Index of dispersion of the arrivals within `span_s`: one for Poisson."""
        return 1.0 + 2.0 * self.excess(span_s)


def _bursty_excess(expected: Array, cv: Array) -> Array:
    """Between the nodes of the table linear in the logarithm of the expected count and in the CV squared, which the
    limit is linear in."""
    x = np.clip((np.log10(np.maximum(expected, 1e-12)) + 8.0) * 12.0, 0.0, 120.0 - 1e-9)
    y = np.clip(np.log(cv) / LOG_CV_STEP, 0.0, CVS - 1.0 - 1e-9)
    i, j = y.astype(int), x.astype(int)
    first = int(i.min())
    table = np.stack([_renewal_excess(row) for row in range(first, int(i.max()) + 2)])
    below, above = np.exp(2.0 * LOG_CV_STEP * i), np.exp(2.0 * LOG_CV_STEP * (i + 1))
    u, v = (cv**2 - below) / (above - below), x - j
    low = table[i - first, j] * (1.0 - v) + table[i - first, j + 1] * v
    high = table[i - first + 1, j] * (1.0 - v) + table[i - first + 1, j + 1] * v
    return low * (1.0 - u) + high * u


SPANS = 10.0 ** np.linspace(-8.0, 2.0, 121)
CVS = 25
LOG_CV_STEP = np.log(20.0) / (CVS - 1)


@lru_cache(maxsize=CVS)
def _renewal_excess(row: int) -> Array:
    """Over SPANS for one CV; beyond 30 cv^2 the limit, long reached there."""
    from scipy.special import gammainc  # slow to load, and Poisson arrivals need none

    cv2 = float(np.exp(2.0 * LOG_CV_STEP * row))
    near = SPANS[30.0 * cv2 >= SPANS]
    terms = np.arange(1.0, np.ceil(40.0 + 60.0 * cv2))[:, None]
    sums = gammainc(terms / cv2, near[None, :] / cv2).sum(axis=0) - near
    return np.concatenate([sums, np.full(len(SPANS) - len(near), (cv2 - 1.0) / 2.0)])


def silence(span_s: Array, *, rate_per_s: Array, cv: Array) -> Array:
    """Chance that no arrival follows an arrival within `span_s`, for gamma renewal gaps of the given CV.

    1 - P(k, k rate span) with k = 1 / cv^2 and P the regularized incomplete gamma function; exponential for Poisson
    arrivals. Evener ones are taken as Poisson: they are a share of what a router deals out, not a clock's beats.

    >>> round(float(silence(1.0, rate_per_s=1.0, cv=1.0)), 3), round(float(silence(1.0, rate_per_s=1.0, cv=2.0)), 3)
    (0.368, 0.256)
    """
    expected = np.asarray(span_s * rate_per_s, dtype=float)
    if np.max(cv, initial=0.0) <= 1.0:
        return np.exp(-expected)
    from scipy.special import gammaincc

    shape = 1.0 / np.maximum(np.asarray(cv, dtype=float), 1.0) ** 2
    return np.asarray(gammaincc(shape, shape * expected))


def many_server_wait(
    busy: Array, spread: Array, servers: Array, *, utilization: Array, drain_per_s: Array, cv2: Array
) -> tuple[Array, Array]:
    """(probability of waiting for one of `servers` slots, mean wait of those who do).

    busy, spread: mean and standard deviation of the number in service with slots to spare; utilization: rate over
    `drain_per_s`, the rate with all slots taken. After [Halfin 1981]: below the slots the number is normal,
    above them it falls off over (1 + cv2) / 2 / (1 - utilization), and the two meet at beta = (servers - busy) /
    spread, so that P = 1 / (1 + 2 / (1 + cv2) (1 - utilization) spread Phi(beta) / phi(beta)); the wait is
    (1 + cv2) / 2 / (drain - rate).
    """
    beta = np.minimum(np.maximum((servers - busy) / np.maximum(spread, 1e-9), -6.0), 12.0)
    mills = ndtr(beta) / (np.exp(-0.5 * beta**2) / np.sqrt(2.0 * np.pi))
    idle = np.maximum(1.0 - utilization, 0.0)
    probability = 1.0 / (1.0 + 2.0 / (1.0 + cv2) * idle * np.maximum(spread, 1e-9) * mills)
    with np.errstate(divide="ignore"):
        wait = np.where(utilization < 1.0, (1.0 + cv2) / 2.0 / np.maximum(drain_per_s * idle, 1e-30), np.inf)
    return probability, wait
