"""Token lengths as distributions: what latency needs of them, and samples for the simulation."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np

from planner.formulas.normal import ndtr, ndtri
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.request.lengths import Length
from planner.traffic.chain import stationary

NODES = 2048
# Quantiles of a length that was cut.
TABLE = 1001
# A share of a mean that no figure notices, and the least CV of a length that was cut.
LEAST_CUT, LEAST_CV = 1e-3, 1e-4


@dataclass(frozen=True, slots=True)
class Shape:
    """A length in tokens: mean, coefficient of variation, skewness; `quantiles` at evenly spaced probabilities, ends
    included, empty for a lognormal. A lognormal that was cut is none longer than `most`, and `uncut` are mean and CV
    before."""

    mean: float
    cv: float
    skew: float
    quantiles: tuple[float, ...] = ()
    most: float = math.inf
    uncut: tuple[float, float] | None = None

    def at(self, z: Array) -> Array:
        """Tokens at the standard normal deviates `z`, at least one."""
        if self.quantiles:
            values = np.interp(ndtr(z), np.linspace(0.0, 1.0, len(self.quantiles)), self.quantiles)
        else:
            mu, sigma = self._log
            values = np.minimum(np.exp(mu + z * sigma), self.most)
        return np.maximum(1.0, values)

    @property
    def _log(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of a lognormal before it was cut."""
        mean, cv = self.uncut or (self.mean, self.cv)
        s2 = math.log1p(cv**2)
        return math.log(mean) - 0.5 * s2, math.sqrt(s2)

    def raw(self, power: Array) -> Array:
        """Means of the length over its mean, to each `power` >= 0.

        Of a lognormal cut at k: E min(X, k)^p = exp(p mu + p^2 sigma^2 / 2) Phi(z - p sigma) + k^p Phi(-z), where
        z = (ln k - mu) / sigma.

        >>> lognormal(100.0, 1.0).raw(np.array([0.0, 1.0, 2.0])).round(6).tolist()
        [1.0, 1.0, 2.0]
        """
        if self.quantiles:
            return np.asarray((self.nodes[:, None] / self.mean) ** power).mean(axis=0)
        mu, sigma = self._log
        whole = np.exp(power * (mu - math.log(self.mean)) + 0.5 * (power * sigma) ** 2)
        if math.isinf(self.most):
            return whole
        z = (math.log(self.most) - mu) / sigma
        return np.asarray(whole * ndtr(z - power * sigma) + (self.most / self.mean) ** power * ndtr(np.array(-z)))

    @property
    def nodes(self) -> Array:
        """Lengths at the middles of NODES equal shares: what means over the distribution are taken on."""
        return _nodes(self)


@lru_cache(maxsize=64)
def _nodes(shape: Shape) -> Array:
    """Nodes of a shape, which many loads of one workload ask for; nobody may write to them."""
    found = shape.at(_middles())
    found.setflags(write=False)
    return found


@cache
def _middles() -> Array:
    """Normal deviates of the middles of NODES equal shares."""
    return ndtri((np.arange(NODES) + 0.5) / NODES)


def lognormal(mean: float, cv: float) -> Shape:
    """A lognormal length; fixed when `cv` is zero, or the mean one token: no length is less."""
    cv = cv if mean > 1.0 else 0.0
    return Shape(mean, cv, cv**3 + 3.0 * cv)


def empirical(quantiles: tuple[float, ...]) -> Shape:
    """A length given by quantiles at evenly spaced probabilities, ends included; straight lines between them."""
    x = Shape(0.0, 0.0, 0.0, quantiles).nodes
    mean, sd = float(x.mean()), float(x.std())
    skew = float(((x - mean) ** 3).mean() / sd**3) if sd > 0 else 0.0
    return Shape(mean, sd / mean, skew, quantiles)


def gamma(mean: float, cv: float) -> Shape:
    """A length of the gamma distribution: more short ones than a lognormal of the same mean and `cv` > 0 has.

    Where `cv` is 1 it is exponential: a twentieth of all lengths are below 0.05 of the mean, and nearly none of a
    lognormal's.
    """
    from scipy.special import gammaincinv

    shape = 1.0 / cv**2
    p = np.clip(np.linspace(0.0, 1.0, TABLE), 0.5 / NODES, 1.0 - 0.5 / NODES)
    return empirical(tuple((mean / shape * gammaincinv(shape, p)).tolist()))


def shape_of(length: Length) -> Shape:
    """The distribution that a request states."""
    if length.quantiles:
        return empirical(length.quantiles)
    assert length.mean is not None
    return lognormal(length.mean, length.spread)


def cut(shape: Shape, most: float, power: float) -> Shape:
    """The same with what is longer than `most` tokens cut to it; unchanged where the mean of no power of the length up
    to `power` would change by more than LEAST_CUT of it."""
    most = max(1.0, most)
    if shape.quantiles:
        table = shape.at(ndtri(np.clip(np.linspace(0.0, 1.0, TABLE), 0.5 / NODES, 1.0 - 0.5 / NODES)))
        return shape if table[-1] <= most else empirical(tuple(np.minimum(table, most).tolist()))
    mu, sigma = shape._log
    if sigma == 0.0:
        return shape if shape.mean <= most else lognormal(most, 0.0)
    if ndtr(np.array(power * sigma - (math.log(most) - mu) / sigma)) < LEAST_CUT:
        return shape
    whole = Shape(1.0, 0.0, 0.0, (), min(most, shape.most), shape.uncut or (shape.mean, shape.cv))
    mean, square, cube = whole.raw(np.array([1.0, 2.0, 3.0])).tolist()
    sd = math.sqrt(max(square - mean**2, (LEAST_CV * mean) ** 2))
    return replace(whole, mean=mean, cv=sd / mean, skew=(cube - 3.0 * mean * square + 2.0 * mean**3) / sd**3)


def fitted(isl: Array, osl: Array, context: float) -> tuple[Array, Array, Array]:
    """(input tokens, output tokens, whether they were cut) of requests that fit `context` tokens.

    A prompt is cut to what its output leaves, but to no less than half of the context; then the output to what is left.
    """
    long = isl + osl > context
    first = np.where(long, np.minimum(isl, np.maximum(context - osl, np.floor(0.5 * context))), isl)
    return first, np.where(long, np.minimum(osl, context - first), osl), long


def sample(
    isl: Shape, osl: Shape, correlation: float, count: int, rng: np.random.Generator, slow: Array | None = None
) -> tuple[Array, Array]:
    """`count` pairs of whole input and output tokens, joined by a Gaussian copula of rank correlation `correlation`.

    slow: (part of the normal deviate, what is left of its standard deviation) for both, 4 x `count`; see `drifting`.
    """
    pearson = 2.0 * math.sin(math.pi / 6.0 * correlation)
    z = rng.standard_normal((2, count))
    second = pearson * z[0] + math.sqrt(max(0.0, 1.0 - pearson**2)) * z[1]
    first = z[0]
    if slow is not None:
        first, second = slow[0] + slow[1] * first, slow[2] + slow[3] * second
    return np.rint(isl.at(first)), np.rint(osl.at(second))


def drifting(times: Array, shares: tuple[float, float], over_s: float, rng: np.random.Generator) -> Array:
    """For `sample`: two Ornstein-Uhlenbeck paths of correlation time `over_s` at the arrival times, by their shares."""
    grid = np.arange(0.0, times[-1] + 0.2 * over_s, 0.1 * over_s)
    rows = []
    for share in shares:
        path = stationary(rng.standard_normal(len(grid)), math.exp(-0.1))
        rows += [math.sqrt(share) * np.interp(times, grid, path), np.full(len(times), math.sqrt(1.0 - share))]
    return np.array(rows)
