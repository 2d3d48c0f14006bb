"""The fit of the factors on measured points: one regularized least-squares problem in log space.

Unknowns are logarithms of the factors of `unknowns.keys` and of the client terms. Residuals are log errors of
TPOT, TTFT and tokens a second under a loss that outliers cannot bend, weighted by configuration rather than by
row; a quadratic prior shrinks every factor towards 1, so that what has thin evidence stays with the physics.
The points come in file order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import bsr_array, csr_array

from planner.calibration.descent import SOFTS, descend, soften, softened_slope
from planner.formulas.types import Array
from planner.load.client_terms import CLIENT_START, Client
from planner.load.runs import Features, RunState, figures, steady
from planner.physics.coefficients import Coefficients
from planner.physics.design import Ints
from planner.physics.factor_keys import ROOFS, TERMS, Key, Where, client_keys, floor, keys, width
from planner.physics.factors import where
from planner.physics.own import OwnFactors
from planner.physics.work import Term, Work, step_s

BOUND = 4.5  # prior widths that a factor may move
ROUNDS = (4, 4, 60)  # of descent, at each of SOFTS
STATES = ("decode", "prompt")
STEP = 1e-4
FIGURES = ("ttft_s", "tpot_s", "output_tok_s")
# TTFT depends on how clients start, which few sources state: it may not bend the step times.
FIGURE_WEIGHT = {"ttft_s": 0.6, "tpot_s": 1.0, "output_tok_s": 1.0}
# Where the search begins, near where fits have ended; the answer is the prior's and the points'.
START: dict[Key, float] = {
    ("term", "linear", "fixed"): 1.5,
    ("term", "experts", "fixed"): 0.5,
}
Logs = dict[tuple[str, str], Array]


@dataclass(frozen=True)
class Target:
    """Measured figures of the same points (NaN where not stated) and their weights."""

    ttft_s: Array
    tpot_s: Array
    output_tok_s: Array
    weight: Array


class FitProblem:
    """Features of all models stacked into columns, and the map from unknowns to factors."""

    def __init__(self, parts: Sequence[Features], target: Target, coefficients: Coefficients) -> None:
        self.target = target
        self.operators = coefficients.operators
        self.columns = RunState.concat([f.state for f in parts])
        self.count = len(self.columns.load)
        self.work = {state: {term: _stack(parts, state, term) for term in TERMS} for state in STATES}
        self.places = places = [place for f in parts for place in _places(f, coefficients.own)]
        factors = {
            (term, roof): [self._keys(term, roof, p) if self._works(term, roof) else [] for p in places]
            for term in TERMS
            for roof in ROOFS
        }
        self.floors = {(term, roof): np.array([floor(term, roof, p.link) for p in places]) for term, roof in factors}
        client = {name: [self._client_keys(name, p) for p in places] for name in CLIENT_START}
        found = {key for lists in (*factors.values(), *client.values()) for row in lists for key in row}
        self.keys: list[Key] = sorted(found)
        place = {key: i for i, key in enumerate(self.keys)}
        self.index = {name: _columns(lists, place) for name, lists in factors.items()}
        self.client = {name: _columns(lists, place) for name, lists in client.items()}
        self.alike, self.spread = self._spread()
        # What a step may move: the factors that some point has, and the client terms; and the points once for each.
        self.acting = [name for name, columns in self.index.items() if columns]
        self.moved = np.flatnonzero([*map(bool, self.index.values()), *(True for _ in self.client)])
        self.moving = len(self.moved)
        self.repeated = RunState.concat([self.columns] * self.moving)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.measured = {name: np.log(getattr(target, name)) for name in FIGURES}

    def _keys(self, term: str, roof: str, place: Where) -> list[Key]:
        """The unknowns of a term's factor under one roof."""
        return keys(term, roof, place)

    def _client_keys(self, name: str, place: Where) -> list[Key]:
        """The unknowns of a client term."""
        return client_keys(name, place.era, place.generation, place.mixer)

    def _works(self, term: str, roof: str) -> bool:
        """Whether a term spends any time under a roof: what multiplies nothing is no unknown."""
        name = {"compute": "compute_s", "bandwidth": "memory_s", "fixed": "fixed_s"}[roof]
        return any(np.any(getattr(self.work[state][term], name)) for state in STATES)

    def sigma(self) -> Array:
        return np.array([width(key) for key in self.keys])

    def bound(self) -> Array:
        """How far each unknown may move."""
        return BOUND * self.sigma()

    def penalty(self, x: Array) -> float:
        """What the prior adds to the loss."""
        return float(np.sum((x / self.sigma()) ** 2))

    def precision(self, x: Array) -> Array:
        """Curvature of the penalty; times `x`, half its gradient."""
        return self.sigma() ** -2.0

    def logs(self, x: Array) -> tuple[Logs, dict[str, Array]]:
        """Logarithms of every factor and client term as columns over the points."""
        unknowns = np.append(x, 0.0)  # the last stands for a factor that a point does not have
        factors = {name: self._sum(unknowns, columns) for name, columns in self.index.items()}
        return factors, {name: self._sum(unknowns, columns) for name, columns in self.client.items()}

    def _sum(self, unknowns: Array, columns: list[Ints]) -> Array:
        return sum((unknowns[column] for column in columns), np.zeros(self.count))

    def _term(self, state: str, term: str, logs: Logs, exponent: float) -> Array:
        factors = tuple(np.exp(np.maximum(logs[term, roof], self.floors[term, roof])) for roof in ROOFS)
        return Term.of(self.work[state][term], factors, exponent).seconds

    def _answer(self, seconds: dict[str, Array], client: dict[str, Array], columns: RunState | None = None) -> Array:
        """Logarithms of TTFT, TPOT and tokens a second, 3 x N, of the points or of `columns`."""
        columns = columns or self.columns
        terms = Client(**{name: CLIENT_START[name] * np.exp(values) for name, values in client.items()})
        state = steady(columns, seconds["decode"], seconds["prompt"])
        answer = figures(columns, state, terms, self.operators)
        return np.log(np.array([answer.ttft_s, answer.tpot_s, answer.output_tok_s]))

    def predict(self, x: Array, exponent: float) -> Array:
        """Logarithms of TTFT [s], TPOT [s] and tokens a second of every point, 3 x N."""
        logs, client = self.logs(x)
        seconds = {state: step_s({t: self._term(state, t, logs, exponent) for t in TERMS}) for state in STATES}
        return self._answer(seconds, client)

    def _spread(self) -> tuple[Ints, csr_array]:
        """The group of points that each point shares all its unknowns with, and a matrix of zeros and ones from the
        factors of each group (groups x factors, as rows) to the unknowns whose logarithms they add up."""
        lists = [*self.index.values(), *self.client.values()]
        table = np.stack([column for columns in lists for column in columns], axis=1)
        kinds, alike = np.unique(table, axis=0, return_inverse=True)
        factor = np.repeat(np.arange(len(lists)), [len(columns) for columns in lists])
        there = kinds < len(self.keys)
        rows = (np.arange(len(kinds))[:, None] * len(lists) + factor)[there]
        shape = (len(kinds) * len(lists), len(self.keys))
        return alike.reshape(-1), csr_array((np.ones(len(rows)), (rows, kinds[there])), shape=shape)

    def slopes(self, x: Array, exponent: float) -> tuple[Array, Array]:
        """The prediction, 3 x N, and its derivatives by the factors of each point, 3 x N x factors.

        A point depends on its own factors only, so one step in a factor moves all points at once: as many
        evaluations as there are factors of a point, not unknowns of the problem. They are one table, as most of the
        time of a small problem is that of the calls.
        """
        logs, client = self.logs(x)
        parts = {state: {term: self._term(state, term, logs, exponent) for term in TERMS} for state in STATES}
        total = {state: step_s(terms) for state, terms in parts.items()}
        base = self._answer(total, client)
        seconds = {state: np.tile(total[state], (self.moving, 1)) for state in STATES}
        for row, (term, roof) in enumerate(self.acting):
            moved = logs | {(term, roof): logs[term, roof] + STEP}
            for state in STATES:
                seconds[state][row] = step_s(parts[state] | {term: self._term(state, term, moved, exponent)})
        terms = {name: np.tile(values, (self.moving, 1)) for name, values in client.items()}
        for row, name in enumerate(client, start=len(self.acting)):
            terms[name][row] += STEP
        answers = self._answer(_flat(seconds), _flat(terms), self.repeated).reshape(len(base), self.moving, self.count)
        slopes = np.zeros((len(base), self.count, len(self.index) + len(client)))
        slopes[:, :, self.moved] = ((answers - base[:, None]) / STEP).transpose(0, 2, 1)
        return base, slopes

    def gathered(self, slopes: Array, errors: Array) -> tuple[Array, Array]:
        """Curvature and half the gradient by the unknowns, from weighed slopes by factors (rows x factors, a row for
        each figure and point, points in order) and weighed errors: sums over points alike, then spread over unknowns.
        """
        count = slopes.shape[1]
        groups = self.spread.shape[0] // count
        alike = np.tile(self.alike, len(errors) // len(self.alike))
        order = np.argsort(alike, kind="stable")
        starts = np.searchsorted(alike[order], np.arange(groups + 1))
        blocks, pulls = np.empty((groups, count, count)), np.empty((groups, count))
        for g, (start, end) in enumerate(pairwise(starts)):
            mine = order[start:end]
            blocks[g] = slopes[mine].T @ slopes[mine]
            pulls[g] = slopes[mine].T @ errors[mine]
        diagonal = bsr_array((blocks, np.arange(groups), np.arange(groups + 1))).tocsr()
        return (self.spread.T @ (diagonal @ self.spread)).toarray(), self.spread.T @ pulls.reshape(-1)


def _flat(tables: dict[str, Array]) -> dict[str, Array]:
    """Each table as one column, row after row."""
    return {name: rows.reshape(-1) for name, rows in tables.items()}


def _stack(parts: Sequence[Features], state: str, term: str) -> Work:
    pieces = [(getattr(f, state)[term], len(f.designs)) for f in parts]

    def column(name: str) -> Array:
        return np.concatenate([np.broadcast_to(getattr(work, name), (n, 1))[:, 0] for work, n in pieces])

    return Work(column("compute_s"), column("memory_s"), column("fixed_s"))


def _places(points: Features, own: OwnFactors) -> list[Where]:
    found, inverse = where(points.designs, own)
    return [found[i] for i in inverse]


def _columns(lists: Sequence[list[Key]], place: dict[Key, int]) -> list[Ints]:
    """Index columns of each point's unknowns; one past the last stands for none."""
    longest = max((len(row) for row in lists), default=0)
    table = np.full((len(lists), longest), len(place), dtype=np.int64)
    for i, row in enumerate(lists):
        table[i, : len(row)] = [place[key] for key in row]
    return list(table.T)


def log_errors(problem: FitProblem, x: Array, exponent: float) -> dict[str, Array]:
    """Log of predicted over measured, NaN where nothing was measured."""
    predicted = problem.predict(x, exponent)
    return {name: row - problem.measured[name] for name, row in zip(FIGURES, predicted, strict=True)}


def solve(problem: FitProblem, mask: npt.NDArray[np.bool_], exponent: float) -> Array:
    """The unknowns that fit the points of `mask` best, outliers first counted in full, then hardly."""
    x, bound = np.array([START.get(key, 0.0) for key in problem.keys]), problem.bound()
    for soft, rounds in zip(SOFTS, ROUNDS, strict=True):
        loss, normal = objective(problem, mask, exponent, soft)
        x = descend(x, loss, normal, (-bound, bound), rounds=rounds)
    return x


def objective(
    problem: FitProblem, mask: npt.NDArray[np.bool_], exponent: float, soft: float
) -> tuple[Callable[[Array], float], Callable[[Array], tuple[Array, Array]]]:
    """The loss over the points of `mask`, and its Gauss-Newton curvature and gradient; both hold those of the prior."""
    # The loss of small errors is the same for every `soft`.
    scale = soft / SOFTS[-1]
    used = {name: np.flatnonzero(mask & np.isfinite(problem.measured[name])) for name in FIGURES}
    weights = {name: problem.target.weight[rows] * FIGURE_WEIGHT[name] * scale for name, rows in used.items()}

    def loss(x: Array) -> float:
        errors = log_errors(problem, x, exponent)
        fit = sum(float(np.sum((soften(errors[name][rows], soft) * weights[name]) ** 2)) for name, rows in used.items())
        return fit + problem.penalty(x)

    def normal(x: Array) -> tuple[Array, Array]:
        base, slopes = problem.slopes(x, exponent)
        pulls = np.zeros(base.shape)
        for k, (name, rows) in enumerate(used.items()):
            errors = base[k][rows] - problem.measured[name][rows]
            pulls[k][rows] = soften(errors, soft) * weights[name]
            weight = np.zeros(problem.count)
            weight[rows] = softened_slope(errors, soft) * weights[name]
            slopes[k] *= weight[:, None]
        curvature, gradient = problem.gathered(slopes.reshape(-1, slopes.shape[2]), pulls.reshape(-1))
        prior = problem.precision(x)
        return curvature + np.diag(prior), gradient + prior * x

    return loss, normal
