"""How often narrowed intervals hold: `python -m tests.benchmarks.own_coverage --bases FILE`, of `tests.benchmarks.own`.

Five points of one configuration of a served place narrow the 90 % interval of TPOT. Counted is how many TPOTs of the
rest of the configuration, and of the other configurations of its family, lie in it, draws counting alike.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from planner.calibration.own.problem import factors_of, fitted, left_out_errors, places_of
from planner.calibration.own.spread import narrowed, narrowing
from planner.calibration.run import load
from planner.evidence.serving import CLOSED, MeasuredPoints
from planner.physics.coefficients import Coefficients
from planner.physics.own import OwnFactors
from tests.benchmarks.own import errors_of, own_points
from tests.benchmarks.own_places import bases, others, same


def held(data: MeasuredPoints, given: list[int], judged: dict[str, list[int]], base: Coefficients) -> dict[str, float]:
    """Share of each set of points that lies in the interval narrowed by `given`."""
    problem, points = own_points(data, given, base)
    x = fitted(problem, np.ones(len(points), dtype=bool))
    after = base.with_own(OwnFactors(factors_of(problem, x), places_of(points).runs))
    span = base.interval_on("tpot", base.basis(points[0].case))
    left = left_out_errors(problem, np.arange(len(points)))["tpot_s"]
    low, high = np.log(narrowed(span, narrowing(left, span)))
    errors = {name: -errors_of(data, rows, after)["tpot_s"] for name, rows in judged.items() if rows}
    return {name: float(np.mean((low <= each) & (each <= high))) for name, each in errors.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", type=Path, required=True)
    data, _ = load()
    found: dict[str, list[float]] = {}
    for _, base, mine in bases(parser.parse_args().bases):
        if data.points[mine[0]].load not in CLOSED:
            continue
        beside = {tuple(given): rest for given, rest in others(data, mine)}
        for given, rest in same(data, mine):
            family = data.points[given[0]].model.family
            alike = [i for i in beside.get(tuple(given), []) if data.points[i].model.family == family]
            judged = {"same configuration": rest, "others of its family": alike}
            for name, share in held(data, given, judged, base).items():
                found.setdefault(name, []).append(share)
    for name, shares in found.items():
        print(f"{name}: {np.mean(shares):.1%} of {len(shares)} draws")


if __name__ == "__main__":
    main()
