"""What five own runs of a GPU under an engine do for its other points: `python -m tests.benchmarks.own`.

For each GPU and engine with 20 points or more in the evidence, the factors are refitted without them, as for a machine
that nobody measured (`--shipped`: the shipped factors, which have seen the points). Then five points calibrate it: of
one configuration, judged by the rest of it or by the other configurations, or at random, judged by all others. Takes
half an hour; `--bases FILE` keeps the refitted factors. First tokens are judged, too, and summed up below the table.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from planner.calibration.least_squares import FIGURES, Target
from planner.calibration.own.problem import WEIGHT, OwnProblem, factors_of, fitted, own_problem, places_of
from planner.calibration.run import load
from planner.evidence.point import Point
from planner.evidence.predict import predict
from planner.evidence.serving import MeasuredPoints
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.own import OwnFactors
from tests.benchmarks.own_places import SCHEMES, bases, judged_figure

# A median error that rises by more than a tenth and by more than a point is materially worse.
WORSE, LEAST_WORSE = 0.1, 0.01


def judged(data: MeasuredPoints, given: list[int], rest: list[int], base: Coefficients) -> dict[str, Array]:
    """Log errors of `rest` by figure after a calibration on `given`, as a plan would have them."""
    problem, points = own_points(data, given, base)
    x = fitted(problem, np.ones(len(points), dtype=bool))
    return errors_of(data, rest, base.with_own(OwnFactors(factors_of(problem, x), places_of(points).runs)))


def own_points(data: MeasuredPoints, given: list[int], base: Coefficients) -> tuple[OwnProblem, list[Point]]:
    """The problem of points as a user's own, and the points in its order."""
    chosen = sorted(given, key=lambda i: data.points[i].model.id)
    points = [data.points[i] for i in chosen]
    columns = (data.ttft_s[chosen], data.tpot_s[chosen], data.output_tok_s[chosen])
    return own_problem(points, Target(*columns, np.full(len(chosen), WEIGHT)), base), points


def errors_of(data: MeasuredPoints, rows: list[int], coefficients: Coefficients) -> dict[str, Array]:
    """Log errors by figure, NaN where nothing was measured."""
    groups: dict[str, list[int]] = {}
    for i in rows:
        groups.setdefault(data.points[i].model.id, []).append(i)
    found = {name: np.full(len(data.points), np.nan) for name in FIGURES}
    for group in groups.values():
        predicted = predict([data.points[i] for i in group], coefficients)
        for name in FIGURES:
            found[name][group] = np.log(getattr(predicted, name) / getattr(data, name)[group])
    return {name: errors[rows] for name, errors in found.items()}


def rows(kept: Path | None, *, shipped: bool) -> Iterator[tuple[list[Any], list[float]]]:
    """GPU, engine, points, and the median error before and after by each scheme (NaN where it has no draw); and those
    of first tokens."""
    data, _ = load()
    for (gpu, engine), base, mine in bases(kept, shipped_ones=shipped):
        figure = judged_figure(data, mine)
        before = {name: dict(zip(mine, errors, strict=True)) for name, errors in errors_of(data, mine, base).items()}
        told: list[float] = []
        first: list[float] = []
        for draws in SCHEMES.values():
            found = [(rest, judged(data, given, rest, base)) for given, rest in draws(data, mine)]
            for name, out in ((figure, told), ("ttft_s", first)):
                out += medians([([before[name][i] for i in rest], after[name]) for rest, after in found])
        yield [gpu, engine, len(mine), *told], first


def medians(found: list[tuple[list[float], Array]]) -> list[float]:
    """Median absolute errors before and after over all draws, NaN where nothing was measured."""
    sides = [np.concatenate([np.abs(pair[k]) for pair in found]) if found else np.array([]) for k in (0, 1)]
    known = [side[np.isfinite(side)] for side in sides]
    return [float(np.median(side)) if len(side) else np.nan for side in known]


def summary(found: list[list[float]], what: str) -> Iterator[str]:
    """By scheme: places, those that gain a quarter, those that are materially worse, and the median change."""
    for k, scheme in enumerate(SCHEMES):
        before, after = (np.array([row[2 * k + side] for row in found]) for side in (0, 1))
        known = np.isfinite(before)
        before, after = before[known], after[known]
        change = after / before - 1.0
        worse = int(((change > WORSE) & (after - before > LEAST_WORSE)).sum())
        yield (
            f"{scheme}, {what}: {known.sum()} places, {(change <= -0.25).sum()} gain a quarter, {worse} are materially "
            f"worse, median change {np.median(change):+.0%}, geometric mean {np.expm1(np.mean(np.log1p(change))):+.0%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", type=Path, default=None)
    parser.add_argument("--shipped", action="store_true")
    asked = parser.parse_args()
    names = " | ".join(SCHEMES)
    print(f"| GPU | engine | points | {names} |\n|---|---|---|{'---|' * len(SCHEMES)}")
    found, first = [], []
    for row, ttft in rows(asked.bases, shipped=asked.shipped):
        found.append(row[3:])
        first.append(ttft)
        pairs = [f"{a:.1%} to {b:.1%}" if np.isfinite(a) else "" for a, b in zip(row[3::2], row[4::2], strict=True)]
        print(f"| {row[0]} | {row[1]} | {row[2]} | {' | '.join(pairs)} |", flush=True)
    print("\n".join([*summary(found, "tokens"), *summary(first, "first tokens")]))


if __name__ == "__main__":
    main()
