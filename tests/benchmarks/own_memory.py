"""How far start-up logs move the memory of a GPU under an engine: `[own memory]` in planner/physics/priors.toml.

`python -m tests.benchmarks.own_memory`. Logs in the box are predicted by coefficients fitted without their project. The
two standard deviations are those with the least mean error of the cache, each log judged by the other logs of its
family there, in folds of GPUs and engines by what the other folds choose.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from hardware_db.catalog import HardwareCatalog
from models_db.catalog import ModelCatalog
from planner.calibration.own.memory import LoggedMemory, Spreads, left_out, logged_memory
from planner.catalogs import Catalogs
from planner.errors import PlannerError
from planner.evidence.box import log_rows
from planner.evidence.left_out import fitted, implied, project
from planner.evidence.stated import memory_unstated
from planner.physics.coefficients import Coefficients

GRID_GIB = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6)
NOISE_GIB = (0.1, 0.2, 0.4, 0.8)
FOLDS = 4


def logs() -> list[LoggedMemory]:
    """The logs in the box that tell of memory, by fits without their projects."""
    catalogs, shipped = Catalogs(ModelCatalog(), HardwareCatalog()), Coefficients.shipped()
    rows = [row for row in log_rows() if "KV pool" not in memory_unstated(row)]
    said = implied(rows, catalogs, shipped)
    fits = {name: shipped.with_memory(fitted(said, name)) for name in {project(row) for row in rows}}
    found = []
    for k, row in enumerate(rows):
        try:
            log = logged_memory(str(k), row, catalogs, fits[project(row)])
        except PlannerError:
            continue
        found += [log] if log is not None else []
    return found


def chosen(told: Sequence[LoggedMemory], judged: Sequence[LoggedMemory]) -> Spreads:
    """The spreads with the least mean error, places counting alike."""
    choices = [Spreads(*values) for values in itertools.product(GRID_GIB, NOISE_GIB)]
    return min(choices, key=lambda spreads: error(told, judged, spreads))


def error(told: Sequence[LoggedMemory], judged: Sequence[LoggedMemory], spreads: Spreads) -> float:
    """Mean over places of the mean error of their logs [GiB]."""
    by_place: dict[tuple[str, str], list[float]] = {}
    for log in judged:
        by_place.setdefault(log.place, []).append(abs(left_out(log, told, spreads)))
    return float(np.mean([np.mean(errors) for errors in by_place.values()]))


def main() -> None:
    told = logs()
    several = [log for log in told if sum(log.place == other.place for other in told) > 1]
    places = sorted({log.place for log in several})
    nothing = Spreads(0.0, 1.0)
    best = chosen(told, several)
    print(f"{len(told)} logs, {len(several)} of {len(places)} places with two or more; {best}")
    for name, key in (("median", np.median), ("mean", np.mean)):
        before, inside = ([abs(left_out(log, told, s)) for log in several] for s in (nothing, best))
        held = []
        for fold in range(FOLDS):
            mine = set(places[fold::FOLDS])
            spreads = chosen(told, [log for log in several if log.place not in mine])
            held += [abs(left_out(log, told, spreads)) for log in several if log.place in mine]
        print(f"{name}: {key(before):.2f} GiB before, {key(inside):.2f} after, {key(held):.2f} in folds of places")


if __name__ == "__main__":
    main()
