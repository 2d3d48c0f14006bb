"""The standard normal distribution. Loading scipy.special takes longer than all that a plan asks of it."""

from __future__ import annotations

from functools import cache
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np

from planner.formulas.types import Array

STEPS, MOST = 1024, 9
# Values for which all nodes are not computed, which takes as long as some hundred such calls.
FEW = 64
inv_cdf = NormalDist().inv_cdf


def ndtr(x: Array) -> Array:
    """Probability of at most `x`, from a Taylor series of third order around the nearest of STEPS nodes in a unit.

    Absolute error below 1e-14, relative error below 1e-9; beyond MOST standard deviations that of MOST.

    >>> round(float(ndtr(1.96)), 6), round(float(ndtr(-np.inf)), 6), float(ndtr(np.inf))
    (0.975002, 0.0, 1.0)
    """
    series, off = _series(x)
    return ((series[..., 3] * off + series[..., 2]) * off + series[..., 1]) * off + series[..., 0]


def ndtr_and_density(x: Array) -> tuple[Array, Array]:
    """`ndtr` with the density, the slope of its series: relative error below 1e-6; none beyond MOST.

    >>> [round(float(v), 6) for v in ndtr_and_density(1.0)]
    [0.841345, 0.241971]
    """
    series, off = _series(x)
    value, slope, second, third = (series[..., k] for k in range(4))
    high = third * off + second
    density = ((high + third * off + second) * off + slope) * STEPS
    return (high * off + slope) * off + value, np.where(np.abs(x) < MOST, density, 0.0)


def _series(x: Array) -> tuple[Array, Array]:
    """Coefficients around the nearest nodes, along the last axis, and the distances from these in steps."""
    at = np.minimum(np.maximum(x, -MOST), MOST) * STEPS
    node = np.rint(np.fmax(at, -float(MOST * STEPS)))  # a NaN has a node, too, and stays a NaN
    if node.size <= FEW and not _nodes.cache_info().currsize:
        return _coefficients(node / STEPS), at - node
    return _nodes().take((node + MOST * STEPS).astype(np.intp), axis=0), at - node


@cache
def _nodes() -> Array:
    """Nodes x 4: coefficients of the series in steps."""
    return _coefficients(np.arange(-MOST * STEPS, MOST * STEPS + 1) / STEPS)


def _coefficients(x: Array) -> Array:
    """Those around each of some nodes, along a new last axis."""
    value = 0.5 * np.array(list(map(erfc, np.ravel(x * -sqrt(0.5)).tolist()))).reshape(x.shape)
    density = np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi) / STEPS
    return np.stack([value, density, -0.5 * x * density / STEPS, (x**2 - 1.0) / 6.0 * density / STEPS**2], axis=-1)


def ndtri(q: Array) -> Array:
    """Value that is not passed with probability `q`, 0 < q < 1; relative error below 1e-15 [Wichura 1988].

    >>> round(float(ndtri(0.975)), 6)
    1.959964
    """
    whole = np.asarray(q, dtype=float)
    values, place = np.unique(whole, return_inverse=True)  # a few levels of many distributions
    return np.array([inv_cdf(v) for v in values.tolist()])[place].reshape(whole.shape)
