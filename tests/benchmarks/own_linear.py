"""Calibrations on a few points as regressions: a place linearized at factors that have not seen it.

What two errors have in common is the product of their slopes by the factors they share, times the squared widths
[Rasmussen 2006]. The factors of one group (a place, a configuration, its client terms) have a multivariate Student's t
as their prior, and errors another; both are solved by reweighting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array, vstack

from planner.calibration.least_squares import FIGURE_WEIGHT, FIGURES, FitProblem, Target
from planner.calibration.own.problem import WEIGHT, own_problem
from planner.evidence.serving import MeasuredPoints
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.design import Ints
from planner.physics.factor_keys import Where
from tests.benchmarks.own_places import GIVEN, Draw, judged_figure

KINDS = ("own", "own case", "own client")
# Degrees of freedom of the errors, near the tails of the Cauchy loss of the fit; standard deviation of one.
ERRORS_FREEDOM, NOISE = 4.0, 0.25 / WEIGHT
NONE = 1e3  # the noise of an error that is not there
MOST_GIVEN, MOST_GROUPS, ROUNDS = 3 * GIVEN, 1 + 2 * GIVEN, 8


@dataclass(frozen=True)
class LinearPlace:
    """A place: `errors` 3 x N of its points in `order`, their `slopes` (3 of N x K) by the unknowns, the group of
    each unknown, and the kind of each group (a place in KINDS); what decides the factors of each point."""

    name: str
    data: MeasuredPoints
    order: list[int]
    errors: Array
    slopes: list[csr_array]
    groups: Ints
    kinds: Ints
    judged: int
    wheres: list[Where]

    @classmethod
    def of(cls, name: str, data: MeasuredPoints, base: Coefficients, mine: Sequence[int]) -> LinearPlace:
        order = sorted(mine, key=lambda i: data.points[i].model.id)
        target = Target(data.ttft_s[order], data.tpot_s[order], data.output_tok_s[order], np.full(len(order), WEIGHT))
        problem = own_problem([data.points[i] for i in order], target, base)
        groups = list(dict.fromkeys(key[:2] for key in problem.keys))
        return cls(
            name, data, order, *linear(problem), np.array([groups.index(key[:2]) for key in problem.keys]),
            np.array([KINDS.index(kind) for kind, _ in groups]), FIGURES.index(judged_figure(data, order)),
            problem.places,
        )  # fmt: skip


def linear(problem: FitProblem) -> tuple[Array, list[csr_array]]:
    """Log errors (3 x N) and their derivatives by the own unknowns (3 of N x K)."""
    base, slopes = problem.slopes(np.zeros(len(problem.keys)), problem.operators.roof_exponent)
    count = slopes.shape[2]
    rows = problem.alike[:, None] * count + np.arange(count)
    spread = problem.spread[rows.reshape(-1)]
    ends = np.arange(0, rows.size + 1, count)
    summed = [
        vstack([csr_array(weighed[a:b].sum(axis=0).reshape(1, -1)) for a, b in pairwise(ends)]).tocsr()
        for weighed in (spread.multiply(figure.reshape(-1, 1)).tocsr() for figure in slopes)
    ]
    return base - np.array([problem.measured[name] for name in FIGURES]), summed


@dataclass(frozen=True)
class LinearDraws:
    """D draws of one place: `errors` and `noise` of what is given (D x O), `left` errors of what is judged (R) and the
    draw of each; the kind of each group of factors (D x G), and what these have in common at width one: `among` the
    given (D x G x O x O) and `beside` them (R x G x O)."""

    errors: Array
    noise: Array
    left: Array
    draw: Ints
    kinds: Ints
    among: Array
    beside: Array

    def after(self, widths: Mapping[str, float], freedom: float) -> Array:
        """Errors of what is judged after a calibration."""
        squares = np.array([widths.get(kind, 0.0) for kind in KINDS])[self.kinds] ** 2
        scale, variance = np.ones_like(squares), self.noise**2
        for _ in range(ROUNDS):
            pull = self._pull(squares * scale, variance)
            left = (variance * pull / self.noise) ** 2
            moved = squares * scale**2 * np.einsum("do,dgop,dp->dg", pull, self.among, pull)
            variance = self.noise**2 * (ERRORS_FREEDOM + left) / (ERRORS_FREEDOM + 1.0)
            scale = (freedom + moved) / (freedom + 1.0)
        pull = self._pull(squares * scale, variance)
        return self.left - np.einsum("rg,rgo,ro->r", (squares * scale)[self.draw], self.beside, pull[self.draw])

    def _pull(self, squares: Array, variance: Array) -> Array:
        shared = np.einsum("dg,dgop->dop", squares, self.among)
        shared[:, np.arange(MOST_GIVEN), np.arange(MOST_GIVEN)] += variance
        return np.linalg.solve(shared, self.errors[:, :, None])[:, :, 0]


def linear_draws(place: LinearPlace, draws: Iterator[Draw], figure: int) -> LinearDraws | None:
    """Draws of a place, judged by one figure; None where there are none."""
    at = {i: k for k, i in enumerate(place.order)}
    told = [[[at[i] for i in side] for side in draw] for draw in draws]
    kept = [(given, [k for k in rest if np.isfinite(place.errors[figure, k])]) for given, rest in told]
    parts = [_one(place, given, rest, figure) for given, rest in kept if rest]
    if not parts:
        return None
    errors, noise, left, kinds, among, beside = zip(*parts, strict=True)
    draw = np.repeat(np.arange(len(parts)), [len(each) for each in left])
    return LinearDraws(
        np.array(errors), np.array(noise), np.concatenate(left), draw, np.array(kinds), np.array(among),
        np.concatenate(beside),
    )  # fmt: skip


def _one(place: LinearPlace, given: list[int], rest: list[int], figure: int) -> tuple[Array, ...]:
    """One draw as LinearDraws has it; the groups that it does not have share nothing."""
    seen = [(f, k) for k in given for f in range(len(FIGURES)) if np.isfinite(place.errors[f, k])]
    errors, noise = np.zeros(MOST_GIVEN), np.full(MOST_GIVEN, NONE)
    errors[: len(seen)] = [place.errors[f, k] for f, k in seen]
    noise[: len(seen)] = [NOISE / FIGURE_WEIGHT[FIGURES[f]] for f, _ in seen]
    mine = np.zeros((MOST_GIVEN, len(place.groups)))
    mine[: len(seen)] = vstack([place.slopes[f][[k]] for f, k in seen]).toarray()
    judged = place.slopes[figure][rest].toarray()
    touched = np.unique(place.groups[np.any(mine != 0.0, axis=0)])
    kinds = np.zeros(MOST_GROUPS, dtype=np.int64)
    among = np.zeros((MOST_GROUPS, MOST_GIVEN, MOST_GIVEN))
    beside = np.zeros((len(rest), MOST_GROUPS, MOST_GIVEN))
    for g, group in enumerate(touched):
        columns = place.groups == group
        kinds[g] = place.kinds[group]
        among[g] = mine[:, columns] @ mine[:, columns].T
        beside[:, g] = judged[:, columns] @ mine[:, columns].T
    return errors, noise, place.errors[figure, rest], kinds, among, beside
