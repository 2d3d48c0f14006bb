"""`make calibrate`: rebuild factors.json from the evidence in the box, with cross-validated intervals.

The fit is judged with whole sources left out, then with whole (model, GPU) pairs, models and GPUs left out;
intervals are the 5 % and 95 % quantiles of measured over predicted of each. No chance in it: with one thread
for linear algebra, as the Makefile sets it, a repeat gives the same bytes.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.calibration import memory
from planner.calibration.coverage import coverage
from planner.calibration.folds import SCHEMES, folds
from planner.calibration.intervals import by_basis, cautions, grounds, spans
from planner.calibration.least_squares import FIGURES, FitProblem, Target, log_errors, solve
from planner.calibration.seen import seen_by
from planner.calibration.summary import by_load, by_slice
from planner.catalogs import Catalogs
from planner.evidence import RESULTS, llamacpp
from planner.evidence.point import Point
from planner.evidence.predict import features
from planner.evidence.serving import MeasuredPoints, box_rows, joined, measured
from planner.formulas.types import Array
from planner.physics.coefficients import FACTORS, Coefficients
from planner.writing import replacing

ERRORS = RESULTS / "cross_validation.json"
SLICES = RESULTS / "slices.json"
COVERAGE = RESULTS / "coverage.json"


def problem_of(data: MeasuredPoints, coefficients: Coefficients) -> FitProblem:
    """The problem, with the points of each model together as `measured` gives them."""
    groups: dict[str, list[Point]] = {}
    for point in data.points:
        groups.setdefault(point.model.id, []).append(point)
    target = Target(data.ttft_s, data.tpot_s, data.output_tok_s, data.weight)
    return FitProblem([features(points, coefficients) for points in groups.values()], target, coefficients)


@cache
def _logs() -> dict[str, float]:
    return memory.fit(Catalogs(ModelCatalog(), HardwareCatalog()), Coefficients.shipped())


@cache
def load() -> tuple[MeasuredPoints, FitProblem]:
    """The evidence and its problem, under memory figures as the logs in the box have them now."""
    catalogs = Catalogs(ModelCatalog(), HardwareCatalog())
    coefficients = Coefficients.shipped().with_memory(_logs())
    serving = measured(box_rows(), catalogs)
    data = joined(serving, llamacpp.measured(llamacpp.evidence_rows(), catalogs))
    return data, problem_of(data, coefficients)


def _fold(job: tuple[str, int]) -> tuple[str, dict[str, Array]]:
    """Errors of the points of one fold under a fit that has not seen them, nor starts from one that has."""
    scheme, fold = job
    data, problem = load()
    out = folds(data, scheme) == fold
    exponent = problem.operators.roof_exponent
    x = solve(problem, (data.weight > 0) & ~out, exponent)
    errors = log_errors(problem, x, exponent)
    return scheme, {name: np.where(out, errors[name], np.nan) for name in FIGURES}


def main() -> None:
    memory.write(_logs())
    data, problem = load()
    exponent = problem.operators.roof_exponent
    print(f"{len(data.points)} points, {len(problem.keys)} unknowns", file=sys.stderr)
    x = solve(problem, data.weight > 0, exponent)
    jobs = [(scheme, fold) for scheme in SCHEMES for fold in np.unique(folds(data, scheme)).tolist()]
    errors = {scheme: {name: np.full(len(data.points), np.nan) for name in FIGURES} for scheme in SCHEMES}
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for done, (scheme, found) in enumerate(pool.map(_fold, jobs), 1):
            print(f"\rcross-validation: {done} of {len(jobs)} folds", end="", file=sys.stderr, flush=True)
            for name in FIGURES:
                errors[scheme][name] = np.where(np.isfinite(found[name]), found[name], errors[scheme][name])
    print(file=sys.stderr)
    inside = log_errors(problem, x, exponent)
    with replacing(FACTORS) as out:
        out.write(json.dumps(_factors(problem, x, data, errors), indent=1, sort_keys=True) + "\n")
    with replacing(ERRORS) as out:
        out.write(json.dumps(by_load(data, {"in sample": inside, **errors}), indent=1, sort_keys=True) + "\n")
    with replacing(COVERAGE) as out:
        out.write(json.dumps(coverage(data, errors["source"]), indent=1) + "\n")
    with replacing(SLICES) as out:
        out.write(json.dumps(by_slice(data, errors["pair"]), indent=1) + "\n")


def _factors(
    problem: FitProblem, x: Array, data: MeasuredPoints, errors: dict[str, dict[str, Array]]
) -> dict[str, Any]:
    every = np.ones(len(data.points), dtype=bool)
    intervals = {scheme: spans(data, found, every) for scheme, found in errors.items()}
    out: dict[str, Any] = {
        "interval": intervals | by_basis(data, errors["source"], every, np.array(grounds(data, "source"))),
        "caution": cautions(data, errors["source"]),
    }
    for (kind, key, roof), value in zip(problem.keys, x, strict=True):
        out.setdefault(kind, {}).setdefault(key, {})[roof] = round(float(np.exp(value)), 4)
    out["evidence"] = seen_by(data)
    return out


if __name__ == "__main__":
    main()
