"""What other configurations can gain at most: `python -m tests.benchmarks.own_ceiling --bases FILE`, of
`tests.benchmarks.own`.

Each configuration of a place is predicted from all points of its other configurations, where a user has five: by the
median of their errors for the same kind of load; by the factors of terms and roofs, as a ridge; by a Gaussian process
[Rasmussen 2006] over batch, context, bytes of weights on a GPU, tensor parallelism, compute type and kind of layers.
Its hyperparameters are those that lower the errors left out most in the other folds of places.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.calibration.run import load
from planner.evidence.point import Point
from planner.formulas.types import Array
from planner.physics.layers import mixer_of
from planner.physics.weights import weights_bytes
from tests.benchmarks.own_linear import ERRORS_FREEDOM, NOISE, LinearPlace
from tests.benchmarks.own_places import bases
from tests.benchmarks.own_widths import FOLDS, PASSES, _size

WIDTHS, LENGTHS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4), (0.5, 1.0, 2.0, 4.0, 8.0)
AXES = ("batch", "context", "weights", "split")
GRIDS: dict[str, dict[str, tuple[float, ...]]] = {
    "terms and roofs": {"terms": WIDTHS},
    "Gaussian process": dict.fromkeys(("place", "type", "kind", "smooth"), WIDTHS) | dict.fromkeys(AXES, LENGTHS),
}
# Points of a configuration that are used, spread over its loads, and rounds of reweighting.
MOST, ROUNDS = 8, 3
Parameters = Mapping[str, float]


@dataclass(frozen=True)
class Shared:
    """N errors of a place, the places of each configuration among them, and what any two have in common, N x N: by
    the factors of `terms`, and whether load, compute type and kind of layers are the same; the squares of how far
    they are apart along AXES."""

    name: str
    errors: Array
    blocks: list[npt.NDArray[np.int64]]
    terms: Array
    phase: Array
    compute: Array
    kind: Array
    apart: dict[str, Array]

    @classmethod
    def of(cls, place: LinearPlace) -> Shared:
        points = [place.data.points[i] for i in place.order]
        kept = _kept(points)
        slopes = place.slopes[place.judged][kept][:, np.isin(place.groups, np.flatnonzero(place.kinds == 0))]
        told = [points[k] for k in kept]
        axes = np.log(np.array([_axes(p) for p in told]))
        return cls(
            place.name, place.errors[place.judged, kept], _blocks([str(p.case.configuration) for p in told]),
            (slopes @ slopes.T).toarray(), _alike([p.load == "prompt" for p in told]),
            _alike([place.wheres[k].compute for k in kept]), _alike([mixer_of(p.model) for p in told]),
            {name: (axes[:, [k]] - axes[:, k]) ** 2 for k, name in enumerate(AXES)},
        )  # fmt: skip

    def covariance(self, told: Parameters) -> Array:
        if "terms" in told:
            return told["terms"] ** 2 * self.terms
        near = np.exp(-0.5 * sum(self.apart[name] / told[name] ** 2 for name in AXES))
        parts = {"place": 1.0, "type": self.compute, "kind": self.kind, "smooth": near}
        return self.phase * sum(told[name] ** 2 * part for name, part in parts.items())

    def left_out(self, covariance: Array) -> Array:
        """Errors of each configuration by all the others, by the inverse of the whole [Rasmussen 2006]."""
        variance, out = np.full(len(self.errors), NOISE**2), np.empty_like(self.errors)
        for _ in range(ROUNDS):
            inverse = np.linalg.inv(covariance + np.diag(variance))
            pull = inverse @ self.errors
            for block in self.blocks:
                out[block] = np.linalg.solve(inverse[np.ix_(block, block)], pull[block])
            variance = NOISE**2 * (ERRORS_FREEDOM + (variance * pull / NOISE) ** 2) / (ERRORS_FREEDOM + 1.0)
        return out

    def by_median(self) -> Array:
        out = self.errors.copy()
        for block in self.blocks:
            others = np.setdiff1d(np.arange(len(out)), block)
            for k in block:
                alike = others[self.phase[k, others] == 1.0]
                out[k] -= np.median(self.errors[alike]) if len(alike) else 0.0
        return out


def _kept(points: Sequence[Point]) -> list[int]:
    found: dict[object, list[int]] = {}
    for k in sorted(range(len(points)), key=lambda k: (points[k].load, points[k].concurrency or 0.0, points[k].isl)):
        found.setdefault(points[k].case.configuration, []).append(k)
    few = [[own[round(k)] for k in np.linspace(0, len(own) - 1, min(MOST, len(own)))] for own in found.values()]
    return [k for own in few for k in own]


def _axes(p: Point) -> tuple[float, ...]:
    return (
        max(p.concurrency or 1.0, 1.0),
        p.isl + p.depth + p.osl / 2.0,
        weights_bytes(p.model, p.fmt, p.split),
        p.split.tp,
    )


def _blocks(names: list[str]) -> list[npt.NDArray[np.int64]]:
    return [np.flatnonzero(np.array(names) == name) for name in dict.fromkeys(names)]


def _alike(values: Sequence[object]) -> Array:
    texts = np.array([str(value) for value in values])
    return (texts[:, None] == texts).astype(float)


def chosen(places: Sequence[Shared], grid: Mapping[str, tuple[float, ...]]) -> Parameters:
    """The parameters with the least errors left out, one after another."""

    def loss(told: Parameters) -> float:
        return float(np.mean([np.log(_size(p.left_out(p.covariance(told))) / _size(p.errors)) for p in places]))

    best = {name: values[len(values) // 2] for name, values in grid.items()}
    for _ in range(PASSES):
        for name, values in grid.items():
            best[name] = min(values, key=lambda value: loss(best | {name: value}))
    return best


def ceilings(places: Sequence[Shared]) -> dict[str, list[Array]]:
    """By method the errors of each place with each configuration left out."""
    out = {"median": [place.by_median() for place in places]}
    for method, grid in GRIDS.items():
        folds = [chosen([p for k, p in enumerate(places) if k % FOLDS != fold], grid) for fold in range(FOLDS)]
        out[method] = [place.left_out(place.covariance(folds[k % FOLDS])) for k, place in enumerate(places)]
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", type=Path, required=True)
    data, _ = load()
    found = bases(parser.parse_args().bases)
    places = [Shared.of(LinearPlace.of(" | ".join(name), data, base, mine)) for name, base, mine in found]
    places = [place for place in places if len(place.blocks) > 1]
    before = np.array([np.median(np.abs(place.errors)) for place in places])
    after = {name: np.array([np.median(np.abs(e)) for e in errors]) for name, errors in ceilings(places).items()}
    print(f"| GPU | engine | before | {' | '.join(after)} |\n|---|---|---|{'---|' * len(after)}")
    for k, place in enumerate(places):
        print(f"| {place.name} | {before[k]:.1%} | {' | '.join(f'{errors[k]:.1%}' for errors in after.values())} |")
    for name, errors in [*after.items(), ("the best of them", np.min(list(after.values()), axis=0))]:
        change = errors / before - 1.0
        print(
            f"{name}: {(change <= -0.25).sum()} of {len(change)} gain a quarter, {(change > 0.1).sum()} lose a tenth, "
            f"median {np.median(change):+.0%}, mean {np.expm1(np.log1p(change).mean()):+.0%}"
        )


if __name__ == "__main__":
    main()
