"""A solved fold as a quadratic: how the errors of the points it leaves out follow the prior widths.

With H the curvature of the fold's data and x0 its optimum under the widths w0, the optimum under the widths w is
x0 + d, where (H + diag(1/w²)) d = -(1/w² - 1/w0²) x0. Its derivatives by the widths are exact and need one more solve
with the same Cholesky factor [Bengio 2000].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from planner.calibration.descent import SOFTS
from planner.calibration.least_squares import FIGURES, FitProblem, objective
from planner.formulas.types import Array
from planner.physics.design import Ints

LIMIT = 0.7  # most that the logarithm of a width may move
# Least curvature of the data, as a share of the prior's at the widest width, of an unknown that the data move.
LEAST_CURVATURE = 0.01


@dataclass(frozen=True)
class LinearizedFold:
    """A solved fold with k unknowns that its data can move, and the n points it leaves out, of F factors each.

    points: places of the left-out points in the evidence, n
    errors: their log errors under the fit by FIGURES, 3 x n, NaN where not measured
    slopes: derivatives of `errors` by the logarithms of each point's factors, 3 x n x F
    spread: zeros and ones, nF x k: the unknowns whose logarithms add up to each factor
    unknowns: places of the k unknowns among all K of the problem
    optimum: their values, k
    precision: one over the squares of the widths that the fold was solved with, k
    curvature: Gauss-Newton curvature of the data's part of the loss, k x k
    """

    scheme: str
    points: Ints
    errors: Array
    slopes: Array
    spread: csr_array
    unknowns: Ints
    optimum: Array
    precision: Array
    curvature: Array

    def moved(self, moves: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Log errors of the left-out points, 3 x n, with widths exp(`moves`) times those of the fold (K values).

        Also the function from the derivatives of a loss by these errors, 3 x n, to those by `moves`, K.
        """
        precision = self.precision * np.exp(-2.0 * moves[self.unknowns])
        factor = cho_factor(self.curvature + np.diag(precision))
        step = -cho_solve(factor, (precision - self.precision) * self.optimum)
        logs = (self.spread @ step).reshape(self.slopes.shape[1:])

        def gradient(by_errors: Array) -> Array:
            by_logs = np.einsum("fnj,fn->nj", self.slopes, by_errors)
            by_step = cho_solve(factor, self.spread.T @ by_logs.reshape(-1))
            out = np.zeros(len(moves))
            out[self.unknowns] = 2.0 * precision * (self.optimum + step) * by_step
            return out

        return self.errors + np.einsum("fnj,nj->fn", self.slopes, logs), gradient


def linearized(
    problem: FitProblem, scheme: str, out: npt.NDArray[np.bool_], x: Array, exponent: float
) -> LinearizedFold:
    """The fold that leaves out the points of `out` (N), linearized at its solution `x` (K).

    `x` is taken as the optimum: what is left of the gradient where the descent ended, or at a bound, is not used.
    """
    precision = problem.sigma() ** -2.0
    normal = objective(problem, (problem.target.weight > 0) & ~out, exponent, SOFTS[-1])[1]
    curvature = normal(x)[0] - np.diag(precision)
    unknowns = np.flatnonzero(np.diag(curvature) > LEAST_CURVATURE * precision * np.exp(-2.0 * LIMIT))
    points = np.flatnonzero(out)
    predicted, slopes = problem.slopes(x, exponent)
    measured = np.array([problem.measured[name] for name in FIGURES])
    count = slopes.shape[2]
    rows = problem.alike[points][:, None] * count + np.arange(count)
    return LinearizedFold(
        scheme, points, (predicted - measured)[:, points], slopes[:, points],
        problem.spread[rows.reshape(-1)][:, unknowns], unknowns, x[unknowns], precision[unknowns],
        curvature[np.ix_(unknowns, unknowns)],
    )  # fmt: skip
