"""`make widths`: choose the prior widths of the fit by cross-validation, and write them to `priors.toml`.

Folds are solved once under the widths as they are and linearized there. A multiplier for each group of unknowns whose
widths are one number is then searched along the exact gradient of the left-out loss [Bengio 2000]. Moves are bounded,
as the linearization holds nearby only: repeat until few widths move, then run `make calibrate`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy.optimize import minimize

from planner.calibration.folds import folds
from planner.calibration.intervals import is_newer
from planner.calibration.least_squares import FIGURES, solve
from planner.calibration.left_out import SETS, JudgedSet, judged_sets, left_out_loss
from planner.calibration.linearized import LIMIT, LinearizedFold, linearized
from planner.calibration.prior_text import with_widths
from planner.calibration.run import load
from planner.formulas.types import Array
from planner.physics.design import Ints
from planner.physics.factor_keys import PRIORS, Key, entry, width
from planner.writing import replacing

# Of the squares of moves, against the loss: a width that few points speak about stays.
PENALTY = 0.001
ROUNDS = 20
# Moves that are shown and written.
LEAST_MOVE = float(np.log(1.15))


def group(key: Key) -> Key:
    """The kind, the entry of `priors.toml` and the roof that an unknown takes its width from; each term has its own."""
    kind, name, roof = key
    by_term = kind.split(" ")[0] == "term"
    return kind, name.split(" @ ")[0] if by_term else entry(key), roof


def grouped(keys: Sequence[Key]) -> tuple[list[Key], Ints]:
    """The groups of unknowns (G), and the group of each unknown (K)."""
    groups = sorted({group(key) for key in keys})
    place = {name: i for i, name in enumerate(groups)}
    return groups, np.array([place[group(key)] for key in keys])


def penalized(
    members: Ints, solved: Sequence[LinearizedFold], sets: Sequence[JudgedSet], moves: Array
) -> tuple[float, Array]:
    """The penalized left-out loss and its gradient by `moves`, logarithms of multipliers on widths of groups (G)."""
    losses, by_unknown = left_out_loss(solved, sets, moves[members])
    gradient = np.bincount(members, by_unknown, minlength=len(moves)) + 2.0 * PENALTY * moves
    return float(losses.sum() + PENALTY * (moves @ moves)), gradient


def search(members: Ints, solved: Sequence[LinearizedFold], sets: Sequence[JudgedSet]) -> Array:
    """The moves of the groups (G) that make the penalized left-out loss least, within LIMIT."""
    count, evaluations = int(members.max()) + 1, 0

    def loss(moves: Array) -> tuple[float, Array]:
        nonlocal evaluations
        value, gradient = penalized(members, solved, sets, moves)
        evaluations += 1
        print(f"\rsearch: {evaluations} evaluations, loss {value:.5f}", end="", file=sys.stderr, flush=True)
        return value, gradient

    bounds = [(-LIMIT, LIMIT)] * count
    start = np.zeros(count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ROUNDS})
    print(file=sys.stderr)
    return found.x


def changed(old: Mapping[Key, float], moves: Array) -> dict[Key, float]:
    """New widths, to two digits, of the groups that move by more than LEAST_MOVE; `old` in the order of `moves`."""
    new = {key: float(f"{before * np.exp(move):.2g}") for (key, before), move in zip(old.items(), moves, strict=True)}
    apart = dict(zip(old, np.abs(moves) > LEAST_MOVE, strict=True))
    return {key: value for key, value in new.items() if apart[key] and value != old[key]}


def _fold(job: tuple[str, int]) -> LinearizedFold:
    """One fold solved from the start and linearized."""
    scheme, fold = job
    data, problem = load()
    out = folds(data, scheme) == fold
    exponent = problem.operators.roof_exponent
    return linearized(problem, scheme, out, solve(problem, (data.weight > 0) & ~out, exponent), exponent)


def _solved() -> list[LinearizedFold]:
    data, _ = load()
    schemes = sorted({rule.scheme for rule in SETS})
    jobs = [(scheme, fold) for scheme in schemes for fold in np.unique(folds(data, scheme)).tolist()]
    found = []
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for fold in pool.map(_fold, jobs):
            found.append(fold)
            print(f"\rcross-validation: {len(found)} of {len(jobs)} folds", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def table(old: Mapping[Key, float], new: Mapping[Key, float]) -> list[str]:
    """Lines with the widths that move, largest move first."""
    lines = [f"{len(new)} of {len(old)} widths move", f"{'kind':18}{'entry':32}{'roof':12}{'old':>8}{'new':>8}"]
    for key in sorted(new, key=lambda key: -abs(np.log(new[key] / old[key]))):
        kind, name, roof = key
        lines.append(f"{kind:18}{name:32}{roof:12}{old[key]:8g}{new[key]:8g}")
    return lines


def losses_table(sets: Sequence[JudgedSet], before: Array, after: Array) -> list[str]:
    """Lines with the left-out loss of each set, as a mean over its points, before the moves and after."""
    lines = [f"{'left-out loss':24}{'figure':14}{'before':>8}{'after':>8}"]
    for judged, *values in zip(sets, before, after, strict=True):
        old, new = (value / judged.share for value in values)
        lines.append(f"{judged.name:24}{FIGURES[judged.figure]:14}{old:8.4f}{new:8.4f}")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Choose the prior widths of the fit by cross-validation.")
    parser.add_argument("--write", action="store_true", help=f"write the widths to {PRIORS.name}")
    write = parser.parse_args(arguments).write
    data, problem = load()
    groups, members = grouped(problem.keys)
    print(f"{len(data.points)} points, {len(problem.keys)} unknowns in {len(groups)} groups", file=sys.stderr)
    solved, sets = _solved(), judged_sets(data, is_newer(data))
    old = {name: width(name) for name in groups}
    new = changed(old, search(members, solved, sets))
    rounded = np.array([np.log(new.get(name, old[name]) / old[name]) for name in groups])
    before, after = (left_out_loss(solved, sets, moves[members])[0] for moves in (np.zeros(len(groups)), rounded))
    print("\n".join([*table(old, new), "", *losses_table(sets, before, after)]))
    if write:
        text = with_widths(PRIORS.read_text(encoding="utf-8"), new)
        with replacing(PRIORS) as out:
            out.write(text)


if __name__ == "__main__":
    main()
