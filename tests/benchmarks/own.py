"""What five runs of one configuration of a GPU under an engine do for its others: `python -m tests.benchmarks.own`.

For each GPU and engine with 20 points or more in the evidence, the factors are refitted without them, as for a machine
that nobody measured. Then five points of one configuration calibrate it, and the errors of the points of its other
configurations are compared, before and after. Takes half an hour; `--bases FILE` keeps the refitted factors.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from planner.calibration.descent import SOFTS, descend
from planner.calibration.least_squares import BOUND, FitProblem, Target, objective
from planner.calibration.own.problem import WEIGHT, factors_of, fitted, own_problem, places_of
from planner.calibration.run import load
from planner.evidence.llamacpp import LOADS
from planner.evidence.predict import predict
from planner.evidence.serving import CLOSED, MeasuredPoints
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.own import OwnFactors

LEAST_POINTS, GIVEN, DRAWS = 20, 5, 8
ROUNDS = 8
JUDGED = {"served": "tpot_s", "llama.cpp": "output_tok_s"}


def places(data: MeasuredPoints) -> list[tuple[str, str]]:
    """(GPU, engine) with enough points that the fit weighs and that tell the judged figure."""
    used = [i for i in range(len(data.points)) if data.weight[i] > 0 and _told(data, i)]
    counts = Counter((data.points[i].gpu.id, data.points[i].engine.id) for i in used)
    return sorted(place for place, count in counts.items() if count >= LEAST_POINTS)


def _told(data: MeasuredPoints, i: int) -> bool:
    load = data.points[i].load
    return bool(np.isfinite(data.tpot_s[i]) if load in CLOSED else load in LOADS and np.isfinite(data.output_tok_s[i]))


def unseen(problem: FitProblem, data: MeasuredPoints, place: tuple[str, str], x: Array) -> Array:
    """The unknowns refitted without one GPU under one engine, from those of all points."""
    out = np.array([(p.gpu.id, p.engine.id) == place for p in data.points])
    exponent, bound = problem.operators.roof_exponent, BOUND * problem.sigma()
    loss, normal = objective(problem, (data.weight > 0) & ~out, exponent, SOFTS[-1])
    return descend(x, loss, normal, (-bound, bound), rounds=ROUNDS)


def bases(kept: Path | None) -> Iterator[tuple[tuple[str, str], Coefficients, list[int]]]:
    """Each place with coefficients that have not seen it, and its points."""
    data, problem = load()
    shipped = Coefficients.shipped()
    x = np.log([shipped.factors.get(key, 1.0) for key in problem.keys])
    known: dict[str, Any] = dict(np.load(kept)) if kept and kept.exists() else {}
    for place in places(data):
        name = " @ ".join(place)
        if name not in known:
            known[name] = unseen(problem, data, place, x)
            if kept:
                np.savez(kept, **known)
        print(name, file=sys.stderr, flush=True)
        factors = {key: float(np.exp(v)) for key, v in zip(problem.keys, known[name], strict=True)}
        mine = [i for i, p in enumerate(data.points) if (p.gpu.id, p.engine.id) == place and data.weight[i] > 0]
        yield place, shipped.with_factors(factors), [i for i in mine if _told(data, i)]


def draws(data: MeasuredPoints, mine: list[int]) -> Iterator[tuple[list[int], list[int]]]:
    """Five points of one configuration, spread over its loads, and all points of the other configurations."""
    configurations: dict[tuple[str, ...], list[int]] = {}
    for i in mine:
        configurations.setdefault(data.points[i].case.configuration, []).append(i)
    largest = sorted(configurations, key=lambda name: (-len(configurations[name]), name))
    for name in largest[:DRAWS]:
        own = sorted(configurations[name], key=lambda i: (data.points[i].concurrency or 0.0, data.points[i].isl, i))
        rest = [i for i in mine if data.points[i].case.configuration != name]
        if len(own) >= GIVEN and rest:
            yield [own[round(k)] for k in np.linspace(0, len(own) - 1, GIVEN)], rest


def judged(data: MeasuredPoints, given: list[int], rest: list[int], base: Coefficients) -> tuple[Array, Array]:
    """Absolute log errors of `rest` before and after a calibration on `given`, as a plan would have them."""
    points = [data.points[i] for i in sorted(given, key=lambda i: data.points[i].model.id)]
    chosen = sorted(given, key=lambda i: data.points[i].model.id)
    columns = (data.ttft_s[chosen], data.tpot_s[chosen], data.output_tok_s[chosen])
    problem = own_problem(points, Target(*columns, np.full(len(chosen), WEIGHT)), base)
    x = fitted(problem, np.ones(len(chosen), dtype=bool))
    after = base.with_own(OwnFactors(factors_of(problem, x), places_of(points).runs))
    return _errors(data, rest, base), _errors(data, rest, after)


def _errors(data: MeasuredPoints, rows: list[int], coefficients: Coefficients) -> Array:
    """Absolute log errors of the judged figure."""
    figure = JUDGED["llama.cpp" if data.points[rows[0]].load in LOADS else "served"]
    groups: dict[str, list[int]] = {}
    for i in rows:
        groups.setdefault(data.points[i].model.id, []).append(i)
    found = []
    for group in groups.values():
        predicted = getattr(predict([data.points[i] for i in group], coefficients), figure)
        found.append(np.abs(np.log(predicted / getattr(data, figure)[group])))
    return np.concatenate(found)


def rows(kept: Path | None) -> Iterator[list[Any]]:
    """GPU, engine, draws, points judged, median error before and after."""
    data, _ = load()
    for (gpu, engine), base, mine in bases(kept):
        found = [judged(data, given, rest, base) for given, rest in draws(data, mine)]
        if found:
            before, after = (np.concatenate([pair[k] for pair in found]) for k in (0, 1))
            yield [gpu, engine, len(found), len(mine), float(np.median(before)), float(np.median(after))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", type=Path, default=None)
    asked = parser.parse_args()
    print(
        "| GPU | engine | calibrations | points | median error before | after | change |\n|---|---|---|---|---|---|---|"
    )
    for gpu, engine, count, points, before, after in rows(asked.bases):
        change = f"{after / before - 1.0:+.0%}"
        print(f"| {gpu} | {engine} | {count} | {points} | {before:.1%} | {after:.1%} | {change} |", flush=True)


if __name__ == "__main__":
    main()
