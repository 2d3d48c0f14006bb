"""How far own runs may move each kind of factor: widths of `[own...]` in planner/physics/priors.toml.

`python -m tests.benchmarks.own_widths --bases FILE` (of `tests.benchmarks.own`). Each place is linearized at factors
that have not seen it, so that a calibration is a regression with correlated errors: what two points have in common is
the product of their slopes by the factors they share, times the squared widths [Rasmussen 2006]; errors have Student's
t. Widths are searched one after another on a grid, over all places, then in folds of places, each judged by the widths
that the other folds choose. The loss is the logarithm of the errors of the points left out, after over before; where
they grow it counts three times, as a calibration must not harm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from planner.calibration.least_squares import FIGURE_WEIGHT, FIGURES, FitProblem, Target
from planner.calibration.own.problem import WEIGHT, own_problem
from planner.calibration.run import load
from planner.evidence.serving import MeasuredPoints
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.factor_keys import width
from tests.benchmarks.own_places import SCHEMES, Draw, bases, judged_figure

GRID = (0.0, 0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.11, 0.15, 0.2)
KINDS = ("own", "own roof", "own term", "own family", "own model", "own case", "own case term")
MODELS = {
    "one scale": ("own",), "scale, family, model": ("own", "own family", "own model"),
    "scale, roofs, terms": ("own", "own roof", "own term"), "scale and case": ("own", "own case"), "all": KINDS,
}  # fmt: skip
START = 0.03
# Degrees of freedom of the errors, near the tails of the Cauchy loss of the fit; standard deviation of one.
FREEDOM, NOISE = 4.0, 0.25 / WEIGHT
REWEIGHTED, SMALL, LARGE, HARM, FOLDS, PASSES = 4, 0.02, 0.3, 12.0, 4, 2
Widths = Mapping[str, float]
Draws = dict[str, list["LinearDraw"]]


@dataclass(frozen=True)
class LinearDraw:
    """A draw: `errors` (O) and `noise` of what is given, `left` errors (R) of what is judged, and what each kind of
    factor has in common at width one: O x O and R x O."""

    errors: Array
    noise: Array
    left: Array
    shared: dict[str, tuple[Array, Array]]

    def after(self, widths: Widths) -> Array:
        """Errors of what is judged after a calibration."""
        among, beside = self.shared["own client"]
        among, beside = among.copy(), beside.copy()
        for kind, value in widths.items():
            among += value**2 * self.shared[kind][0]
            beside += value**2 * self.shared[kind][1]
        variance = self.noise**2
        for _ in range(REWEIGHTED):
            pull = np.linalg.solve(among + np.diag(variance), self.errors)
            left = (variance * pull / self.noise) ** 2
            variance = self.noise**2 * (FREEDOM + left) / (FREEDOM + 1.0)
        return self.left - beside @ np.linalg.solve(among + np.diag(variance), self.errors)


def kind_of(key: tuple[str, str, str]) -> str:
    """The entry of KINDS of a key; client terms keep their widths."""
    kind, _, roof = key
    return "own roof" if kind == "own" and roof != "all" else kind


def linear(problem: FitProblem) -> tuple[Array, Array]:
    """Log errors (3 x N) and their derivatives by the own unknowns (3 x N x K)."""
    base, slopes = problem.slopes(np.zeros(len(problem.keys)), problem.operators.roof_exponent)
    count = slopes.shape[2]
    rows = problem.alike[:, None] * count + np.arange(count)
    spread = problem.spread[rows.reshape(-1)]
    by_keys = []
    for figure in slopes:
        weighed = spread.multiply(figure.reshape(-1, 1)).tocsr()
        starts = np.arange(0, len(figure) * count + 1, count)
        by_keys.append(np.stack([np.asarray(weighed[a:b].sum(axis=0)).ravel() for a, b in pairwise(starts)]))
    return base - np.array([problem.measured[name] for name in FIGURES]), np.array(by_keys)


def linear_draws(data: MeasuredPoints, base: Coefficients, mine: list[int]) -> Draws:
    """The draws of a place by scheme."""
    order = sorted(mine, key=lambda i: data.points[i].model.id)
    target = Target(data.ttft_s[order], data.tpot_s[order], data.output_tok_s[order], np.full(len(order), WEIGHT))
    problem = own_problem([data.points[i] for i in order], target, base)
    errors, slopes = linear(problem)
    place, judged = {i: k for k, i in enumerate(order)}, FIGURES.index(judged_figure(data, mine))
    columns = {kind: np.array([kind_of(key) == kind for key in problem.keys]) for kind in (*KINDS, "own client")}
    slopes[:, :, columns["own client"]] *= [width(key) for key in problem.keys if kind_of(key) == "own client"]

    def drawn(draw: Draw) -> LinearDraw:
        given, rest = ([place[i] for i in side] for side in draw)
        seen = [(f, k) for k in given for f in range(len(FIGURES)) if np.isfinite(errors[f, k])]
        f, k = np.array(seen).T
        mine, left = slopes[f, k], slopes[judged, rest]
        shared = {kind: (mine[:, c] @ mine[:, c].T, left[:, c] @ mine[:, c].T) for kind, c in columns.items()}
        noise = NOISE / np.array([FIGURE_WEIGHT[name] for name in FIGURES])[f]
        return LinearDraw(errors[f, k], noise, errors[judged, rest], shared)

    return {name: [drawn(draw) for draw in draws(data, mine)] for name, draws in SCHEMES.items()}


def loss(places: Sequence[Draws], widths: Widths) -> float:
    """Mean over places and schemes."""
    found = []
    for place in places:
        for draws in place.values():
            if draws:
                before, after = (
                    np.log1p(np.hypot(np.concatenate(side), SMALL) / LARGE).mean()
                    for side in ([d.left for d in draws], [d.after(widths) for d in draws])
                )
                change = float(np.log(after / before))
                found.append(HARM * change if change > 0.0 else change)
    return float(np.mean(found))


def chosen(places: Sequence[Draws], kinds: Sequence[str]) -> dict[str, float]:
    """The widths of `kinds` with the least loss, one after another."""
    best = dict.fromkeys(kinds, START)
    for _ in range(PASSES):
        for kind in kinds:
            best[kind] = min(GRID, key=lambda value: loss(places, best | {kind: value}))
    return best


def held_out(places: Sequence[Draws], kinds: Sequence[str]) -> list[Widths]:
    """For each place the widths that the places of the other folds choose."""
    folds = [chosen([p for k, p in enumerate(places) if k % FOLDS != fold], kinds) for fold in range(FOLDS)]
    return [folds[k % FOLDS] for k in range(len(places))]


def judged(places: Sequence[Draws], widths: Sequence[Widths]) -> Iterator[str]:
    """By scheme the mean change of the median error, and how many places gain a quarter or lose a tenth."""
    for scheme in SCHEMES:
        change = np.array([
            _median([d.after(each) for d in place[scheme]]) / _median([d.left for d in place[scheme]]) - 1.0
            for place, each in zip(places, widths, strict=True)
            if place[scheme]
        ])  # fmt: skip
        yield (
            f"  {scheme}: {np.expm1(np.log1p(change).mean()):+.0%}, {(change <= -0.25).sum()} of {len(change)} gain a "
            f"quarter, {(change > 0.1).sum()} lose a tenth"
        )


def _median(errors: list[Array]) -> float:
    return float(np.median(np.abs(np.concatenate(errors))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", type=Path, required=True)
    data, _ = load()
    places = [linear_draws(data, base, mine) for _, base, mine in bases(parser.parse_args().bases)]
    for name, kinds in MODELS.items():
        best = chosen(places, kinds)
        print(f"{name}: {', '.join(f'{kind} {value:g}' for kind, value in best.items())}")
        print("\n".join(judged(places, held_out(places, kinds))), flush=True)


if __name__ == "__main__":
    main()
