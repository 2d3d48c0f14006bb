"""GPUs and engines as their users find them: factors refitted without a place, and draws of five of its points."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from planner.calibration.descent import SOFTS, descend
from planner.calibration.least_squares import FitProblem, objective
from planner.calibration.run import load
from planner.evidence.llamacpp import LOADS
from planner.evidence.point import Point
from planner.evidence.serving import CLOSED, MeasuredPoints
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients

LEAST_POINTS, GIVEN, CONFIGURATIONS, RANDOM, JUDGED_ALONE = 20, 5, 8, 10, 40
OTHER_LOAD = 3.0  # how far a prompt is from a generation, as logarithms of lengths
ROUNDS = 8
JUDGED = {"served": "tpot_s", "llama.cpp": "output_tok_s"}
Place = tuple[str, str]
Draw = tuple[list[int], list[int]]


def places(data: MeasuredPoints) -> list[Place]:
    """(GPU, engine) with enough points that the fit weighs and that tell the judged figure."""
    used = [i for i in range(len(data.points)) if data.weight[i] > 0 and told(data, i)]
    counts = Counter((data.points[i].gpu.id, data.points[i].engine.id) for i in used)
    return sorted(place for place, count in counts.items() if count >= LEAST_POINTS)


def told(data: MeasuredPoints, i: int) -> bool:
    """Whether a point tells the judged figure."""
    load = data.points[i].load
    return bool(np.isfinite(data.tpot_s[i]) if load in CLOSED else load in LOADS and np.isfinite(data.output_tok_s[i]))


def judged_figure(data: MeasuredPoints, rows: list[int]) -> str:
    return JUDGED["llama.cpp" if data.points[rows[0]].load in LOADS else "served"]


def unseen(problem: FitProblem, data: MeasuredPoints, place: Place, x: Array) -> Array:
    """The unknowns refitted without one GPU under one engine, from those of all points."""
    out = np.array([(p.gpu.id, p.engine.id) == place for p in data.points])
    exponent, bound = problem.operators.roof_exponent, problem.bound()
    loss, normal = objective(problem, (data.weight > 0) & ~out, exponent, SOFTS[-1])
    return descend(x, loss, normal, (-bound, bound), rounds=ROUNDS)


def bases(kept: Path | None, *, shipped_ones: bool = False) -> Iterator[tuple[Place, Coefficients, list[int]]]:
    """Each place with coefficients that have not seen it (the shipped ones on request), and its points."""
    data, problem = load()
    shipped = Coefficients.shipped()
    x = np.log([shipped.factors.get(key, 1.0) for key in problem.keys])
    known: dict[str, Any] = dict(np.load(kept)) if kept and kept.exists() else {}
    for place in places(data):
        name = " @ ".join(place)
        if name not in known and not shipped_ones:
            known[name] = unseen(problem, data, place, x)
            if kept:
                np.savez(kept, **known)
        print(name, file=sys.stderr, flush=True)
        fitted = x if shipped_ones else known[name]
        factors = {key: float(np.exp(v)) for key, v in zip(problem.keys, fitted, strict=True)}
        mine = [i for i, p in enumerate(data.points) if (p.gpu.id, p.engine.id) == place and data.weight[i] > 0]
        yield place, shipped.with_factors(factors), [i for i in mine if told(data, i)]


def _configurations(data: MeasuredPoints, mine: list[int]) -> list[list[int]]:
    """The points of each configuration by load, the largest configurations first."""
    found: dict[tuple[str, ...], list[int]] = {}
    for i in mine:
        found.setdefault(data.points[i].case.configuration, []).append(i)
    largest = sorted(found, key=lambda name: (-len(found[name]), name))[:CONFIGURATIONS]
    return [sorted(found[n], key=lambda i: (data.points[i].concurrency or 0.0, data.points[i].isl, i)) for n in largest]


def _spread(points: list[int]) -> list[int]:
    return [points[round(k)] for k in np.linspace(0, len(points) - 1, GIVEN)]


def same(data: MeasuredPoints, mine: list[int]) -> Iterator[Draw]:
    """Five points of one configuration, spread over its loads, and the rest of that configuration."""
    for own in _configurations(data, mine):
        if len(own) >= GIVEN + 3:
            given = _spread(own)
            yield given, [i for i in own if i not in given]


def others(data: MeasuredPoints, mine: list[int]) -> Iterator[Draw]:
    """Five points of one configuration, and all points of the other configurations."""
    for own in _configurations(data, mine):
        rest = sorted(set(mine) - {i for i in mine if data.points[i].case.configuration == _name(data, own)})
        if len(own) >= GIVEN and rest:
            yield _spread(own), rest


def _name(data: MeasuredPoints, own: list[int]) -> tuple[str, ...]:
    return data.points[own[0]].case.configuration


def scattered(data: MeasuredPoints, mine: list[int]) -> Iterator[Draw]:
    """Five points at random, and all the others; seeded."""
    rng = np.random.default_rng(0)
    for _ in range(RANDOM):
        given = sorted(rng.choice(mine, GIVEN, replace=False).tolist())
        yield given, [i for i in mine if i not in given]


SCHEMES: dict[str, Callable[[MeasuredPoints, list[int]], Iterator[Draw]]] = {
    "same configuration": same, "other configurations": others, "at random": scattered,
}  # fmt: skip


def nearest(data: MeasuredPoints, mine: list[int]) -> Iterator[Draw]:
    """Each of some points, and the five nearest of other loads: of its configuration first, then by load."""
    for i in (mine[round(k)] for k in np.linspace(0, len(mine) - 1, min(JUDGED_ALONE, len(mine)))):
        rest = [j for j in mine if _far(data, i, j) > (0, 0.0)]
        if len(rest) >= GIVEN:
            yield sorted(rest, key=lambda j: (_far(data, i, j), j))[:GIVEN], [i]


def _far(data: MeasuredPoints, i: int, j: int) -> tuple[int, float]:
    """Columns in which the configurations differ, the model counting three times, and how far the loads are apart."""
    one, other = data.points[i], data.points[j]
    apart = sum(a != b for a, b in zip(one.case.configuration, other.case.configuration, strict=True))
    numbers = np.array([[p.concurrency or 1.0, p.isl + p.depth, p.osl] for p in (one, other)])
    between = float(np.abs(np.diff(np.log(np.maximum(numbers, 1.0)), axis=0)).sum())
    return apart + 2 * (one.model.id != other.model.id), between + OTHER_LOAD * (one.load != other.load)


def _related(alike: Callable[[Point, Point], bool]) -> Callable[[MeasuredPoints, list[int]], Iterator[Draw]]:
    """All of a configuration, and five of another one that is like it in some way."""

    def draws(data: MeasuredPoints, mine: list[int]) -> Iterator[Draw]:
        found = _configurations(data, mine)
        for own in found:
            donors = [other for other in found if other is not own and len(other) >= GIVEN]
            for other in [d for d in donors if alike(data.points[own[0]], data.points[d[0]])][:2]:
                yield _spread(other), own

    return draws


RELATED: dict[str, Callable[[MeasuredPoints, list[int]], Iterator[Draw]]] = {
    "the nearest five": nearest,
    "the model in another configuration": _related(lambda a, b: a.model.id == b.model.id),
    "the split with another model": _related(lambda a, b: a.model.id != b.model.id and a.split == b.split),
}  # fmt: skip
