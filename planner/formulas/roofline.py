"""Roofline time of one operator."""

from __future__ import annotations

import numpy as np

from planner.formulas.powers import both
from planner.formulas.types import Array

# Of no time at all, what the other roof is divided by.
LEAST_S = 1e-300


def smooth_roof_s(compute_s: Array, memory_s: Array, *, exponent: float) -> Array:
    """Time where two roofs meet: (compute^p + memory^p)^(1/p); the larger of the two as p grows.

    Real kernels lose a little of both near the ridge. Valid for p >= 1; equals the roof that is not zero.
    Source of the roofs: [Williams 2009].

    >>> float(smooth_roof_s(3.0, 0.0, exponent=4.0))
    3.0
    """
    if not np.any(compute_s):
        return memory_s
    if exponent == 2.0:  # what is calibrated: the same in half the passes over large arrays
        return both(compute_s, memory_s)
    high, low = np.maximum(compute_s, memory_s), np.minimum(compute_s, memory_s)
    ratio = low / np.maximum(high, LEAST_S)
    return high * (1.0 + ratio**exponent) ** (1.0 / exponent)


def gemm_flop(m: Array, n: Array, k: Array) -> Array:
    """FLOP of an m x k by k x n product, multiply and add counted apart.

    >>> gemm_flop(1.0, 4096.0, 4096.0)
    33554432.0
    """
    return 2.0 * m * n * k


def attention_flop(queries: Array, keys: Array, *, heads: Array, score_dim: Array, value_dim: Array) -> Array:
    """FLOP of softmax attention: scores and weighted values, softmax itself left out.

    queries: query tokens; keys: mean keys a query attends to. Equation: 2 q k h (d_score + d_value).
    Source: [Dao 2022], section 3.
    """
    return 2.0 * queries * keys * heads * (score_dim + value_dim)


def experts_touched(tokens: Array, *, experts: Array, topk: Array, evenness: float) -> Array:
    """Expected number of distinct experts that `tokens` tokens choose when some are liked more than others.

    Popularity is gamma distributed with shape `evenness`; infinity is uniform routing, where the equation
    becomes E (1 - (1 - k/E)^tokens). Range: 0 at no tokens, k at one, E in the limit.

    >>> round(float(experts_touched(1.0, experts=256.0, topk=8.0, evenness=2.0)), 6)
    8.0
    """
    missed = -np.log1p(-np.minimum(topk / experts, 1 - 1e-12))
    more = np.maximum(np.asarray(tokens, dtype=float) - 1.0, 0.0) * missed
    left = np.exp(-missed - evenness * np.log1p(more / evenness))
    return np.where(np.asarray(tokens) >= 1.0, experts * (1.0 - left), topk * np.asarray(tokens))
