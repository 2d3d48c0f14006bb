"""The fit of a user's own runs: the least-squares problem of all evidence, over the unknowns of their places alone.

The fitted factors stand; an own unknown is a factor on top, shrunk towards 1 by its prior width (priors.toml). What the
runs move of one place, or of one configuration, has a multivariate Student's t as its prior: small differences are
shrunk like noise, large ones pass nearly whole [Gelman 2013].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from planner.calibration.least_squares import FIGURES, FitProblem, Target, log_errors, solve
from planner.evidence.point import Point
from planner.evidence.predict import features
from planner.formulas.types import Array
from planner.load.runs import Features
from planner.physics.coefficients import Coefficients
from planner.physics.factor_keys import Key, Where, client_keys, keys, own_case, own_client_keys, own_keys
from planner.physics.own import MeasuredPlace, OwnFactors

# Degrees of freedom of the prior of a user's factors: by the same folds of places as their widths (`[own...]` in
# planner/physics/priors.toml), tests/benchmarks/own_widths.py.
FREEDOM = 4.0
# Bound of a factor in the fit: what is further off than this moves it no further, and its interval is wide.
FAR = 1000.0
# Weight of a run: its error counts against a standard deviation of 0.25 / WEIGHT (SOFTS of the descent). By
# cross-validation over the GPUs and engines in the box, tests/benchmarks/own.py.
WEIGHT = 2.8
# Any day: only the places of such runs are read.
PLACES_ONLY = "2000-01-01"


class OwnProblem(FitProblem):
    """Unknowns of the user's places, on top of the factors of `coefficients`."""

    def __init__(self, parts: Sequence[Features], target: Target, coefficients: Coefficients) -> None:
        super().__init__(parts, target, coefficients)
        self._widths = super().sigma()
        names = [key[:2] for key in self.keys]
        self._group = np.array([list(dict.fromkeys(names)).index(name) for name in names], dtype=np.int64)
        self._factors = {name: self._standing(coefficients, partial(keys, *name)) for name in self.index}
        self._clients = {name: self._standing(coefficients, partial(_client_keys, name)) for name in self.client}

    def _keys(self, term: str, roof: str, place: Where) -> list[Key]:
        return own_keys(term, roof, place)

    def _client_keys(self, name: str, place: Where) -> list[Key]:
        return own_client_keys(name, own_case(place))

    def sigma(self) -> Array:
        return self._widths

    def bound(self) -> Array:
        return np.full(len(self.keys), np.log(FAR))

    def penalty(self, x: Array) -> float:
        return float((FREEDOM + 1.0) * np.sum(np.log1p(self._squares(x) / FREEDOM)))

    def precision(self, x: Array) -> Array:
        """The t as a scale mixture of normals: what moves far is held less."""
        return (FREEDOM + 1.0) / (FREEDOM + self._squares(x))[self._group] / self._widths**2

    def _squares(self, x: Array) -> Array:
        """Sums of squares by group, in widths."""
        return np.bincount(self._group, (x / self._widths) ** 2)

    def _standing(self, coefficients: Coefficients, keys_of: Callable[[Where], list[Key]]) -> Array:
        """Logarithms of the fitted factors of each point, which stand."""
        fitted = coefficients.factors
        found = {p: float(sum(np.log(fitted.get(key, 1.0)) for key in keys_of(p))) for p in dict.fromkeys(self.places)}
        return np.array([found[p] for p in self.places])

    def logs(self, x: Array) -> tuple[dict[tuple[str, str], Array], dict[str, Array]]:
        factors, client = super().logs(x)
        return (
            {name: log + self._factors[name] for name, log in factors.items()},
            {name: log + self._clients[name] for name, log in client.items()},
        )


def _client_keys(name: str, place: Where) -> list[Key]:
    return client_keys(name, place.era, place.generation, place.mixer)


def own_problem(points: Sequence[Point], target: Target, coefficients: Coefficients) -> OwnProblem:
    """The problem of points (those of each model together), over the unknowns of their GPUs and engines."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(point.model.id, []).append(point)
    marked = coefficients.with_own(places_of(points))
    return OwnProblem([features(group, marked) for group in groups.values()], target, marked)


def places_of(points: Sequence[Point]) -> OwnFactors:
    """The configurations of points, without factors."""
    names = dict.fromkeys((c.gpu, c.engine, c.model, c.weights, c.split) for c in (p.case for p in points))
    return OwnFactors({}, tuple(MeasuredPlace(*name, PLACES_ONLY, 1, {}, {}) for name in names))


def factors_of(problem: OwnProblem, x: Array) -> dict[Key, float]:
    """The factors that the unknowns are."""
    return {key: float(np.exp(value)) for key, value in zip(problem.keys, x, strict=True)}


def fitted(problem: OwnProblem, mask: npt.NDArray[np.bool_]) -> Array:
    """The unknowns by the points of `mask`."""
    return solve(problem, mask, problem.operators.roof_exponent)


def errors_at(problem: OwnProblem, x: Array) -> dict[str, Array]:
    """Log errors of all points by figure, NaN where nothing was measured."""
    return log_errors(problem, x, problem.operators.roof_exponent)


def left_out_errors(problem: OwnProblem, runs: npt.NDArray[np.int64]) -> dict[str, Array]:
    """Log errors of each point by a fit without its run; runs: the number of each point's run."""
    out = {name: np.full(problem.count, np.nan) for name in FIGURES}
    for run in np.unique(runs):
        here = runs == run
        found = errors_at(problem, fitted(problem, ~here))
        for name in FIGURES:
            out[name][here] = found[name][here]
    return out
