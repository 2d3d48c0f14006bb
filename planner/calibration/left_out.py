"""The loss of the points that folds leave out, by which prior widths are judged, and its gradient.

The first set's pairs stand for a new model or GPU, its sources and the newer ones for a stranger's own runs. Each set
is judged by TTFT, TPOT and tokens a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.calibration.least_squares import FIGURES
from planner.calibration.linearized import LinearizedFold
from planner.evidence.serving import CLOSED, MeasuredPoints
from planner.formulas.types import Array

# Errors below SMALL hardly count, so that the loss is smooth; those far above LARGE grow by their logarithm only.
SMALL = 0.03
LARGE = 0.5


@dataclass(frozen=True)
class Weighting:
    """Which points are judged together, and how: choices of the method.

    newer: points of the newer sources, else of the first set
    evening: a point's weight is the count of its pair's or source's points to minus this power
    shares: of TTFT, TPOT and tokens a second in the loss
    """

    name: str
    scheme: str
    newer: bool
    evening: float
    shares: tuple[float, float, float]


SETS = (
    Weighting("first set, pairs", "pair", False, 0.2, (0.5, 2.0, 0.4)),
    Weighting("first set, sources", "source", False, 0.5, (0.3, 0.3, 0.3)),
    Weighting("newer sources", "source", True, 0.4, (0.7, 0.7, 0.7)),
)


@dataclass(frozen=True)
class JudgedSet:
    """Points judged by one figure: its place in FIGURES, and the weight of each point (N, of sum `share`)."""

    name: str
    scheme: str
    figure: int
    share: float
    weight: Array


def judged_sets(data: MeasuredPoints, newer: Array) -> list[JudgedSet]:
    """A set for each of SETS and each of FIGURES, where it has points.

    newer: points of the newer sources, N
    TTFT and TPOT are judged on closed loops, tokens a second on every load.
    """
    closed = np.isin([p.load for p in data.points], CLOSED)
    names = {
        "pair": [f"{source} {' '.join(p.key)}" for source, p in zip(data.sources, data.points, strict=True)],
        "source": list(data.sources),
    }
    out = []
    for rule in SETS:
        for figure, (name, share) in enumerate(zip(FIGURES, rule.shares, strict=True)):
            mask = (newer == rule.newer) & np.isfinite(getattr(data, name)) & (closed | (name == "output_tok_s"))
            if mask.any():
                weight = share * _weights(mask, np.array(names[rule.scheme]), rule.evening)
                out.append(JudgedSet(rule.name, rule.scheme, figure, share, weight))
    return out


def _weights(mask: Array, names: Array, evening: float) -> Array:
    """Weights of sum one over the points of `mask`: those of a name weigh its count to minus `evening` each."""
    _, inverse, counts = np.unique(names[mask], return_inverse=True, return_counts=True)
    weight = np.zeros(len(mask))
    weight[mask] = counts[inverse] ** -evening
    return weight / weight.sum()


def size(errors: Array) -> tuple[Array, Array]:
    """The loss of log errors and its derivative: about |error|, smooth at 0 and nearly flat far beyond LARGE."""
    smooth = np.hypot(errors, SMALL)
    return LARGE * np.log1p(smooth / LARGE), errors / smooth / (1.0 + smooth / LARGE)


def left_out_loss(folds: Sequence[LinearizedFold], sets: Sequence[JudgedSet], moves: Array) -> tuple[Array, Array]:
    """The loss of each set, and the gradient of their sum by `moves`.

    moves: logarithms of the multipliers on the widths of the unknowns, K
    """
    losses, gradient = np.zeros(len(sets)), np.zeros(len(moves))
    for fold in folds:
        errors, by_moves = fold.moved(moves)
        by_errors = np.zeros_like(errors)
        for i, judged in enumerate(sets):
            if judged.scheme != fold.scheme:
                continue
            here = np.flatnonzero(judged.weight[fold.points])
            weight = judged.weight[fold.points[here]]
            value, slope = size(errors[judged.figure, here])
            losses[i] += weight @ value
            by_errors[judged.figure, here] += weight * slope
        gradient += by_moves(by_errors)
    return losses, gradient
