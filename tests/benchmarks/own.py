"""What five own runs of a GPU under an engine do for its other points: `python -m tests.benchmarks.own`.

For each GPU and engine with 20 points or more in the evidence, the factors are refitted without them, as for a machine
that nobody measured (`--shipped`: the shipped factors, which have seen the points). Then five points calibrate it: of
one configuration, judged by the rest of it or by the other configurations, or at random, judged by all others. Takes
half an hour; `--bases FILE` keeps the refitted factors.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from planner.calibration.least_squares import Target
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


def judged(data: MeasuredPoints, given: list[int], rest: list[int], base: Coefficients) -> tuple[Array, Array]:
    """Absolute log errors of `rest` before and after a calibration on `given`, as a plan would have them."""
    problem, points = own_points(data, given, base)
    x = fitted(problem, np.ones(len(points), dtype=bool))
    after = base.with_own(OwnFactors(factors_of(problem, x), places_of(points).runs))
    return np.abs(errors_of(data, rest, base)), np.abs(errors_of(data, rest, after))


def own_points(data: MeasuredPoints, given: list[int], base: Coefficients) -> tuple[OwnProblem, list[Point]]:
    """The problem of points as a user's own, and the points in its order."""
    chosen = sorted(given, key=lambda i: data.points[i].model.id)
    points = [data.points[i] for i in chosen]
    columns = (data.ttft_s[chosen], data.tpot_s[chosen], data.output_tok_s[chosen])
    return own_problem(points, Target(*columns, np.full(len(chosen), WEIGHT)), base), points


def errors_of(data: MeasuredPoints, rows: list[int], coefficients: Coefficients) -> Array:
    """Log errors of the judged figure."""
    figure = judged_figure(data, rows)
    groups: dict[str, list[int]] = {}
    for i in rows:
        groups.setdefault(data.points[i].model.id, []).append(i)
    found = []
    for group in groups.values():
        predicted = getattr(predict([data.points[i] for i in group], coefficients), figure)
        found.append(np.log(predicted / getattr(data, figure)[group]))
    return np.concatenate(found)


def rows(kept: Path | None, *, shipped: bool) -> Iterator[list[Any]]:
    """GPU, engine, points, and the median error before and after by each scheme (NaN where it has no draw)."""
    data, _ = load()
    for (gpu, engine), base, mine in bases(kept, shipped_ones=shipped):
        told: list[Any] = [gpu, engine, len(mine)]
        for draws in SCHEMES.values():
            found = [judged(data, given, rest, base) for given, rest in draws(data, mine)]
            told += [float(np.median(np.concatenate([f[k] for f in found]))) if found else np.nan for k in (0, 1)]
        yield told


def summary(found: list[list[Any]]) -> Iterator[str]:
    """By scheme: places, those that gain a quarter, those that are materially worse, and the median change."""
    for k, scheme in enumerate(SCHEMES):
        before, after = (np.array([row[3 + 2 * k + side] for row in found]) for side in (0, 1))
        known = np.isfinite(before)
        before, after = before[known], after[known]
        change = after / before - 1.0
        worse = int(((change > WORSE) & (after - before > LEAST_WORSE)).sum())
        yield (
            f"{scheme}: {known.sum()} places, {(change <= -0.25).sum()} gain a quarter, {worse} are materially worse, "
            f"median change {np.median(change):+.0%}, mean {np.expm1(np.mean(np.log1p(change))):+.0%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", type=Path, default=None)
    parser.add_argument("--shipped", action="store_true")
    asked = parser.parse_args()
    names = " | ".join(SCHEMES)
    print(f"| GPU | engine | points | {names} |\n|---|---|---|{'---|' * len(SCHEMES)}")
    found = []
    for row in rows(asked.bases, shipped=asked.shipped):
        found.append(row)
        pairs = [f"{a:.1%} to {b:.1%}" if np.isfinite(a) else "" for a, b in zip(row[3::2], row[4::2], strict=True)]
        print(f"| {row[0]} | {row[1]} | {row[2]} | {' | '.join(pairs)} |", flush=True)
    print("\n".join(summary(found)))


if __name__ == "__main__":
    main()
