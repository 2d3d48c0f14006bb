"""What start-up logs say of the memory that an engine holds on a GPU beside weights and cache.

A log states the cache that was left; what it is less than predicted the engine holds. That is shrunk: a GPU under an
engine and a model family there deviate at random around the prediction, as the logs in the box do from fits without
their projects (`tests/benchmarks/own_memory.py`), and a log around its family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.calibration.own.answer import MemoryPlace
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.log_case import read_case
from planner.evidence.memory import predict_row
from planner.evidence.names import find_gpu
from planner.evidence.table import number
from planner.physics.coefficients import Coefficients
from planner.physics.factor_keys import width
from planner.physics.own import OTHER_FAMILIES

Overheads = dict[tuple[str, str, str], float]


@dataclass(frozen=True)
class LoggedMemory:
    """One log of one GPU: what its engine holds beyond the prediction [GiB]."""

    file: str
    gpu: str
    engine: str
    family: str
    excess_gib: float

    @property
    def place(self) -> tuple[str, str]:
        return self.gpu, self.engine


def logged_memory(
    file: str, row: Mapping[str, str], catalogs: Catalogs, coefficients: Coefficients
) -> LoggedMemory | None:
    """What a row of a log says; None where it states no cache whose size follows from what is left.

    Raises InputError for a row that cannot be read.
    """
    measured, predicted = number(row.get("kv_cache_gib")), _predicted_gib(row, catalogs, coefficients)
    case, _, _ = read_case(row, catalogs, coefficients.memory)
    gpu = find_gpu(row.get("gpu") or "", catalogs.hardware)
    if case is None or gpu is None or not measured or predicted is None:
        return None
    engine = case.engine
    if engine.memory_policy == "whole_at_start" or engine.settings.memory.kv_cache_memory_bytes:
        return None
    # The cache is a share of what is left, but for vLLM, which divides the whole card.
    share = 1.0 if engine.memory_policy == "share_of_total" else case.fraction or 1.0
    return LoggedMemory(file, gpu.id, engine.id, case.designs.model.family, (predicted - measured) / share)


def _predicted_gib(row: Mapping[str, str], catalogs: Catalogs, coefficients: Coefficients) -> float | None:
    found = predict_row(row, catalogs, coefficients)
    if found["error"] and not found["pred_kv_gib"]:
        raise InputError(found["error"])
    return number(found["pred_kv_gib"])


@dataclass(frozen=True)
class Spreads:
    """Standard deviations [GiB] of a GPU under an engine, of a model family there, and of a log around its family."""

    place: float
    family: float
    log: float

    @classmethod
    def fitted(cls) -> Spreads:
        """Those of priors.toml."""
        return cls(*(width(("own memory", "", part)) for part in ("place", "family", "log")))


def overheads(logs: Sequence[LoggedMemory], spreads: Spreads | None = None) -> Overheads:
    """GiB beyond the prediction by GPU, engine and family; the median of a family's logs counts as its mean."""
    widths = spreads or Spreads.fitted()
    out: Overheads = {}
    for place in dict.fromkeys(log.place for log in logs):
        here = [log for log in logs if log.place == place]
        families = list(dict.fromkeys(log.family for log in here))
        told = [[log.excess_gib for log in here if log.family == family] for family in families]
        found = _shrunk([float(np.median(values)) for values in told], [len(values) for values in told], widths)
        out |= {(*place, name): round(value, 4) for name, value in zip([OTHER_FAMILIES, *families], found, strict=True)}
    return out


def _shrunk(medians: Sequence[float], counts: Sequence[int], spreads: Spreads) -> list[float]:
    """The best linear prediction of the place's own part, then of each family, from the families' medians."""
    place, family, log = spreads.place**2, spreads.family**2, spreads.log**2
    size = len(medians)
    pull = np.linalg.solve(place + np.diag([family + log / n for n in counts]), np.array(medians))
    common = place * float(pull.sum())
    return [common, *(common + family * float(pull[k]) for k in range(size))]


def memory_places(logs: Sequence[LoggedMemory], found: Overheads) -> list[MemoryPlace]:
    """What logs change, by GPU, engine and family: errors of the cache before, and by the place's other logs."""
    out = []
    for gpu, engine, family in found:
        mine = [log for log in logs if (log.gpu, log.engine, log.family) == (gpu, engine, family)]
        if mine:
            left = [left_out(log, logs) for log in mine]
            out.append(MemoryPlace(
                gpu=gpu, engine=engine, family=family, logs=len(mine), more_gib=found[gpu, engine, family],
                error_before_gib=_median([log.excess_gib for log in mine]), error_left_out_gib=_median(left),
            ))  # fmt: skip
    return out


def left_out(log: LoggedMemory, logs: Sequence[LoggedMemory], spreads: Spreads | None = None) -> float:
    """What is left of a log's excess [GiB] by the other logs of its place."""
    found = overheads([other for other in logs if other is not log and other.place == log.place], spreads)
    return log.excess_gib - found.get((*log.place, log.family), found.get((*log.place, OTHER_FAMILIES), 0.0))


def _median(values: Sequence[float]) -> float:
    return float(np.median(np.abs(values)))
