"""How far own runs may move each kind of factor: widths of `[own...]` in planner/physics/priors.toml.

`python -m tests.benchmarks.own_widths --bases FILE` (of `tests.benchmarks.own`). Each place is linearized at factors
that have not seen it (`own_linear`). Widths are searched one after another on a grid, over all places, then in folds of
places, each judged by the widths that the other folds choose. The loss is the logarithm of the errors of the points
left out, after over before; where they grow it counts twelve times, as a calibration must not harm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from planner.calibration.least_squares import FIGURES
from planner.calibration.own.problem import FREEDOM
from planner.calibration.run import load
from planner.formulas.types import Array
from tests.benchmarks.own_linear import KINDS, LinearDraws, LinearPlace, linear_draws
from tests.benchmarks.own_places import RELATED, SCHEMES, bases

GRID = (0.0, 0.02, 0.04, 0.06, 0.08, 0.11, 0.15, 0.2, 0.3, 0.45)
GAUSSIAN = 1e6  # degrees of freedom without tails
MODELS = {
    "the place": (("own",), FREEDOM), "the place and the configuration": (("own", "own case"), FREEDOM),
    "all, Gaussian": (KINDS, GAUSSIAN), "all, two degrees of freedom": (KINDS, 2.0), "all": (KINDS, FREEDOM),
}  # fmt: skip
STARTS = (0.08, 0.3)
SMALL, LARGE, HARM, FOLDS, PASSES = 0.02, 0.3, 12.0, 4, 2
Widths = Mapping[str, float]
Draws = dict[tuple[str, str], LinearDraws]


def draws_of(place: LinearPlace) -> Draws:
    """The draws of a place by scheme and figure: what is judged, and of servers first tokens, too."""
    mine = sorted(place.order)
    figures = {"tokens": place.judged} | ({"first tokens": 0} if FIGURES[place.judged] == "tpot_s" else {})
    found = {
        (scheme, name): linear_draws(place, draws(place.data, mine), figure)
        for scheme, draws in {**SCHEMES, **RELATED}.items()
        for name, figure in figures.items()
    }
    return {name: draws for name, draws in found.items() if draws is not None}


def loss(places: Sequence[Draws], widths: Widths, freedom: float) -> float:
    """Mean over places, schemes and figures."""
    found = []
    for place in places:
        for (scheme, _), draws in place.items():
            if scheme in SCHEMES:
                before, after = (_size(side) for side in (draws.left, draws.after(widths, freedom)))
                change = float(np.log(after / before))
                found.append(HARM * change if change > 0.0 else change)
    return float(np.mean(found))


def _size(errors: Array) -> float:
    return float(np.log1p(np.hypot(errors, SMALL) / LARGE).mean())


def chosen(places: Sequence[Draws], kinds: Sequence[str], freedom: float) -> dict[str, float]:
    """The widths of `kinds` with the least loss, one after another, from each of STARTS for all."""

    @cache
    def tried(*values: float) -> float:
        return loss(places, dict(zip(kinds, values, strict=True)), freedom)

    found = []
    for start in STARTS:
        best = dict.fromkeys(kinds, start)
        for _ in range(PASSES):
            for kind in kinds:
                best[kind] = min(GRID, key=lambda value: tried(*(best | {kind: value}).values()))
        found.append(best)
    return min(found, key=lambda best: tried(*best.values()))


def held_out(places: Sequence[Draws], kinds: Sequence[str], freedom: float) -> list[Widths]:
    """For each place the widths that the places of the other folds choose."""
    folds = [chosen([p for k, p in enumerate(places) if k % FOLDS != f], kinds, freedom) for f in range(FOLDS)]
    return [folds[k % FOLDS] for k in range(len(places))]


def judged(places: Sequence[Draws], widths: Sequence[Widths], freedom: float) -> Iterator[str]:
    """By scheme and figure the mean change of the median error, and how many places gain a quarter or lose a tenth."""
    for name in dict.fromkeys(name for place in places for name in place):
        change = np.array([
            _median(place[name].after(each, freedom)) / _median(place[name].left) - 1.0
            for place, each in zip(places, widths, strict=True)
            if name in place
        ])  # fmt: skip
        yield (
            f"  {name[0]}, {name[1]}: {np.expm1(np.log1p(change).mean()):+.0%}, {(change <= -0.25).sum()} of "
            f"{len(change)} gain a quarter, {(change > 0.1).sum()} lose a tenth"
        )


def _median(errors: Array) -> float:
    return float(np.median(np.abs(errors)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", type=Path, required=True)
    data, _ = load()
    found = bases(parser.parse_args().bases)
    places = [draws_of(LinearPlace.of(" @ ".join(name), data, base, mine)) for name, base, mine in found]
    for name, (kinds, freedom) in MODELS.items():
        best = chosen(places, kinds, freedom)
        print(f"{name}: {', '.join(f'{kind} {value:g}' for kind, value in best.items())}")
        print("\n".join(judged(places, held_out(places, kinds, freedom), freedom)), flush=True)


if __name__ == "__main__":
    main()
