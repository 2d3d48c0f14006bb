"""The fit of the factors on measured points: one regularized least-squares problem in log space.

Unknowns are logarithms of factors (term, engine, GPU generation, compute type) and the client terms of each
engine. Residuals are log errors of TPOT, TTFT and tokens a second, softened against outliers, weighted by
configuration rather than by row; a quadratic prior shrinks every factor towards 1, so that what has thin
evidence stays with the physics. The points come in file order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from planner.calibration.factors import ROOFS, TERMS, TYPED, type_key, typed
from planner.formulas.types import Array
from planner.loads import CLIENT_PRIORS as CLIENT
from planner.loads import Client
from planner.speed import Term, Work
from planner.validation.points import Point
from planner.validation.predict import Features, figures, steady

# Choices of the method, not measurements: the prior width of a log factor by kind (e^0.5 is 65 % either way), the log
# error beyond which a point counts linearly, and how many prior widths a factor may move.
PRIOR = {"term": 0.5, "engine": 0.4, "generation": 0.35, "type": 0.35}
PLACE = 0.5  # the same for the client terms of one GPU generation
SOFT = 0.3
BOUND = 4.5
STATES = ("decode", "mixed")
STEP = 1e-4
FIGURES = ("ttft_s", "tpot_s", "output_tok_s")
# Logarithm of the fastest factor allowed: the parts' own figures are medians, the best is a little above.
CEILING: dict[str, dict[tuple[str, str], float]] = {
    "bandwidth": {
        ("term", ""): -0.02, ("term", "experts"): -0.2, ("term", "attention decode"): -0.25,
        ("term", "latent decode"): -0.25, ("term", "state update"): -0.4, ("engine", ""): -0.02,
        ("type", ""): -0.02, ("generation", ""): -0.08,
    },
    "compute": {
        ("term", ""): -0.05, ("term", "experts"): -0.4, ("term", "attention prefill"): -0.4,
        ("term", "attention decode"): -0.8, ("term", "latent decode"): -0.8,
        ("engine", ""): -0.05, ("type", ""): -0.1, ("generation", ""): -0.1,
    },
}  # fmt: skip
# Where the search begins, near where fits have ended; the answer is the prior's and the points'.
START = {
    ("term", "linear", "fixed"): 0.8,
    ("term", "experts", "fixed"): 0.8,
    ("term", "attention decode", "fixed"): 0.5,
}
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Target:
    """Measured figures of the same points (NaN where not stated) and their weights."""

    ttft_s: Array
    tpot_s: Array
    output_tok_s: Array
    weight: Array


class Problem:
    """Features of all models stacked into columns, and the map from unknowns to factors."""

    def __init__(self, parts: Sequence[Features], target: Target) -> None:
        self.parts, self.target = parts, target
        self.sizes = [len(f.points) for f in parts]
        self.points = [p for f in parts for p in f.points]
        self.eras = [p.engine.era for p in self.points]
        self.places = [f"{p.engine.era} @ {p.gpu.generation}" for p in self.points]
        self.generations = [p.gpu.generation for p in self.points]
        self.types = [t for f in parts for t in _types(f)]
        self.keys = self._keys()
        self.place = {key: i for i, key in enumerate(self.keys)}
        self.work = {state: {term: self._stack(state, term) for term in TERMS} for state in STATES}
        self.index = {term: {roof: self._columns(term, roof) for roof in ROOFS} for term in TERMS}
        self.client = {
            name: [
                np.array([self.place["client", era, name] for era in self.eras]),
                np.array([self.place["client", place, name] for place in self.places]),
            ]
            for name in CLIENT
        }
        self.columns = Stacked.of(parts)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.measured = {name: np.log(getattr(target, name)) for name in FIGURES}

    def _keys(self) -> list[Key]:
        keys: list[Key] = [("term", term, roof) for term in TERMS if term != "host" for roof in ROOFS]
        keys += [("engine", era, roof) for era in sorted(set(self.eras)) for roof in (*ROOFS, "host")]
        keys += [("generation", g, roof) for g in sorted(set(self.generations)) for roof in ROOFS]
        kinds = sorted({typed(term, t) for term in ("linear", "experts") for t in self.types})
        keys += [("type", t, roof) for t in kinds for roof in ROOFS]
        keys += [("client", era, name) for era in sorted(set(self.eras)) for name in CLIENT]
        return keys + [("client", place, name) for place in sorted(set(self.places)) for name in CLIENT]

    def _stack(self, state: str, term: str) -> Work:
        pieces = [getattr(f, state)[term] for f in self.parts]

        def column(name: str) -> Array:
            return np.concatenate(
                [np.broadcast_to(getattr(w, name), (n, 1))[:, 0] for w, n in zip(pieces, self.sizes, strict=True)]
            )

        return Work(column("compute_s"), column("memory_s"), column("fixed_s"))

    def _columns(self, term: str, roof: str) -> list[Array]:
        """Index columns of the unknowns whose logarithms add up to a term's factor on one roof."""
        if term == "host":
            return [np.array([self.place["engine", era, "host"] for era in self.eras])] if roof == "fixed" else []
        columns = [
            np.full(len(self.points), self.place["term", term, roof]),
            np.array([self.place["engine", era, roof] for era in self.eras]),
        ]
        if term != "collectives":
            columns.append(np.array([self.place["generation", g, roof] for g in self.generations]))
        if term in TYPED:
            columns.append(np.array([self.place["type", typed(term, t), roof] for t in self.types]))
        return columns

    def sigma(self) -> Array:
        width = {name: sigma for name, (_, sigma) in CLIENT.items()}
        return np.array(
            [
                PRIOR[kind] if kind != "client" else PLACE if " @ " in key else width[roof]
                for kind, key, roof in self.keys
            ]
        )

    def floors(self) -> Array:
        """Least logarithms: no part may run faster than the best that was measured of it."""
        out = np.full(len(self.keys), -np.inf)
        for i, (kind, key, roof) in enumerate(self.keys):
            if kind != "client" and roof in CEILING:
                out[i] = CEILING[roof].get((kind, key), CEILING[roof].get((kind, ""), -np.inf))
        return out

    def logs(self, x: Array) -> tuple[dict[tuple[str, str], Array], dict[str, Array]]:
        """Logarithms of every factor and client term as columns over the points."""
        factors = {
            (term, roof): sum((x[i] for i in self.index[term][roof]), np.zeros(len(self.points)))
            for term in TERMS
            for roof in ROOFS
        }
        client = {name: sum((x[i] for i in columns), np.zeros(len(self.points))) for name, columns in self.client.items()}
        return factors, client

    def _term(self, state: str, term: str, logs: dict[tuple[str, str], Array], exponent: float) -> Array:
        factors = tuple(np.exp(logs[term, roof]) for roof in ROOFS)
        return Term.of(self.work[state][term], factors, exponent).seconds

    def _answer(self, seconds: dict[str, Array], client: dict[str, Array]) -> Array:
        """Logarithms of TTFT, TPOT and tokens a second, 3 x N."""
        terms = Client(**{name: CLIENT[name][0] * np.exp(values) for name, values in client.items()})
        state = steady(self.columns, seconds["decode"], seconds["mixed"])
        answer = figures(self.columns, state, terms)
        return np.log(np.array([answer.ttft_s, answer.tpot_s, answer.output_tok_s]))

    def predict(self, x: Array, exponent: float) -> Array:
        """Logarithms of TTFT [s], TPOT [s] and tokens a second of every point, 3 x N."""
        logs, client = self.logs(x)
        seconds = {state: sum(self._term(state, term, logs, exponent) for term in TERMS) for state in STATES}
        return self._answer(seconds, client)

    def slopes(self, x: Array, exponent: float) -> tuple[Array, Array]:
        """The prediction and its derivatives by the unknowns, 3 x N x unknowns.

        A point depends on its own factors only, so one step in a factor moves all points at once: as many
        evaluations as there are factors of a point, not unknowns of the problem.
        """
        logs, client = self.logs(x)
        parts = {state: {term: self._term(state, term, logs, exponent) for term in TERMS} for state in STATES}
        total = {state: sum(terms.values()) for state, terms in parts.items()}
        base = self._answer(total, client)
        out, rows = np.zeros((*base.shape, len(self.keys))), np.arange(base.shape[1])
        for (term, roof), log in logs.items():
            moved = logs | {(term, roof): log + STEP}
            seconds = {s: total[s] - parts[s][term] + self._term(s, term, moved, exponent) for s in STATES}
            slope = (self._answer(seconds, client) - base) / STEP
            for column in self.index[term][roof]:
                out[:, rows, column] += slope
        for name, columns in self.client.items():
            slope = (self._answer(total, client | {name: client[name] + STEP}) - base) / STEP
            for column in columns:
                out[:, rows, column] += slope
        return base, out


@dataclass(frozen=True)
class Stacked:
    """The calibration-free columns of all models together."""

    points: tuple[Point, ...]
    running: Array
    slots: Array
    chunk: Array
    chunks: Array
    batch: Array

    @classmethod
    def of(cls, parts: Sequence[Features]) -> Stacked:
        def column(name: str) -> Array:
            return np.concatenate([getattr(f, name) for f in parts])

        points = tuple(p for f in parts for p in f.points)
        return cls(points, *(column(name) for name in ("running", "slots", "chunk", "chunks", "batch")))


def _types(f: Features) -> list[str]:
    d = f.designs
    keys, inverse = d.groups("fmt", "gpu", "engine")
    names = [type_key(d, *key) for key in keys]
    return [names[i] for i in inverse]


def log_errors(problem: Problem, x: Array, exponent: float) -> dict[str, Array]:
    """Log of predicted over measured, NaN where nothing was measured."""
    predicted = problem.predict(x, exponent)
    return {name: row - problem.measured[name] for name, row in zip(FIGURES, predicted, strict=True)}


# TTFT depends on how clients start, which few sources state: it may not bend the step times.
FIGURE_WEIGHT = {"ttft_s": 0.35, "tpot_s": 1.0, "output_tok_s": 1.0}


def solve(problem: Problem, mask: Array, exponent: float, start: Array | None = None, *, rounds: int = 18) -> Array:
    """The unknowns that fit the points of `mask` best, from `start` (all factors 1 by default)."""
    sigma = problem.sigma()
    used = {name: np.flatnonzero(mask & np.isfinite(problem.measured[name])) for name in FIGURES}

    def parts(x: Array) -> list[tuple[Array, Array, Array]]:
        """Errors, weights and slopes of each figure's rows."""
        base, slopes = problem.slopes(x, exponent)
        return [
            (
                base[k][rows] - problem.measured[name][rows],
                problem.target.weight[rows] * FIGURE_WEIGHT[name],
                slopes[k][rows],
            )
            for k, (name, rows) in enumerate(used.items())
        ]

    def residuals(x: Array) -> Array:
        errors = log_errors(problem, x, exponent)
        weighed = [
            _soften(errors[name][rows]) * problem.target.weight[rows] * FIGURE_WEIGHT[name]
            for name, rows in used.items()
        ]
        return np.concatenate([*weighed, x / sigma])

    def jacobian(x: Array) -> Array:
        blocks = [(_softened_slope(errors) * weight)[:, None] * slopes for errors, weight, slopes in parts(x)]
        return np.concatenate([*blocks, np.diag(1.0 / sigma)])

    x0 = np.array([START.get(key, 0.0) for key in problem.keys]) if start is None else start
    bounds = (np.maximum(problem.floors(), -BOUND * sigma), BOUND * sigma)
    found = least_squares(
        residuals, np.clip(x0, *bounds), jacobian, bounds=bounds, max_nfev=rounds, xtol=1e-4, ftol=1e-4
    )
    return np.asarray(found.x)


def _soften(errors: Array) -> Array:
    """Signed square root of a log-cosh-like loss: quadratic for small errors, linear beyond SOFT."""
    scaled = errors / SOFT
    return np.sign(scaled) * np.sqrt(2.0 * (np.sqrt(1.0 + scaled**2) - 1.0))


def _softened_slope(errors: Array) -> Array:
    """Derivative of `_soften`."""
    scaled = errors / SOFT
    root = np.sqrt(1.0 + scaled**2)
    return np.where(np.abs(scaled) < 1e-6, 1.0, np.abs(scaled) / root / np.maximum(np.abs(_soften(errors)), 1e-300)) / SOFT
