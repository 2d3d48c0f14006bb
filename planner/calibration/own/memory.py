"""What start-up logs say of the memory that an engine holds on a GPU beside weights and cache.

A log states the cache that was left; what it is less than predicted the engine holds. That is shrunk: a model family on
a GPU under an engine deviates at random around the prediction, as the logs in the box do from fits without their
projects (`tests/benchmarks/own_memory.py`), and a log around its family. What families have in common there is nothing,
by the same logs.
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

# Weights of one format are predicted within so much of what a log states; of small ones the loader's own memory counts.
ALIKE, LEAST_GIB = 0.05, 0.5
HELD = ("pred_non_torch_gib", "pred_activation_gib", "pred_graphs_gib")
FORMAT = "--weights states how they are stored"
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
    measured, found = number(row.get("kv_cache_gib")), predict_row(row, catalogs, coefficients)
    predicted = number(found["pred_kv_gib"])
    if found["error"] and predicted is None:
        raise InputError(found["error"])
    case, _, _ = read_case(row, catalogs, coefficients.memory)
    gpu = find_gpu(row.get("gpu") or "", catalogs.hardware)
    if case is None or gpu is None or not measured or predicted is None:
        return None
    engine = case.engine
    if engine.memory_policy == "whole_at_start" or engine.settings.memory.kv_cache_memory_bytes:
        return None
    # The cache is a share of what is left, but for vLLM, which divides the whole card.
    share = 1.0 if engine.memory_policy == "share_of_total" else case.fraction or 1.0
    excess = (predicted - measured) / share
    _must_be_possible(row, found, excess)
    return LoggedMemory(file, gpu.id, engine.id, case.designs.model.family, excess)


def _must_be_possible(row: Mapping[str, str], found: Mapping[str, str], excess_gib: float) -> None:
    """Raise InputError where the log is of other weights, or no engine could hold so little: what it does not state is
    then not as it was read."""
    weights, predicted = number(row.get("weights_gib")), number(found["pred_weights_gib"]) or 0.0
    if weights and abs(weights - predicted) > max(LEAST_GIB, ALIKE * predicted):
        raise InputError(f"its weights take {weights:.2f} GiB, where {predicted:.2f} are predicted; {FORMAT}")
    held = sum(number(found[part]) or 0.0 for part in HELD)
    if -excess_gib > held:
        larger = f"its cache is {-excess_gib:.1f} GiB larger than predicted"
        raise InputError(f"{larger}, more than the {held:.1f} GiB that lie beside it; {FORMAT}")


@dataclass(frozen=True)
class Spreads:
    """Standard deviations [GiB] of a model family on a GPU under an engine, and of a log around its family."""

    family: float
    log: float

    @classmethod
    def fitted(cls) -> Spreads:
        """Those of priors.toml."""
        return cls(*(width(("own memory", "", part)) for part in ("family", "log")))


def overheads(logs: Sequence[LoggedMemory], spreads: Spreads | None = None) -> Overheads:
    """GiB beyond the prediction by GPU, engine and family: the median of the family's logs, shrunk by their number."""
    widths = spreads or Spreads.fitted()
    told: dict[tuple[str, str, str], list[float]] = {}
    for log in logs:
        told.setdefault((log.gpu, log.engine, log.family), []).append(log.excess_gib)
    return {place: round(_kept(len(found), widths) * float(np.median(found)), 4) for place, found in told.items()}


def _kept(logs: int, spreads: Spreads) -> float:
    """The share of a median of so many logs that is their family's, at best."""
    family, log = spreads.family**2, spreads.log**2 / logs
    return family / (family + log)


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
    """What is left of a log's excess [GiB] by the other logs of its family there."""
    found = overheads([other for other in logs if other is not log], spreads)
    return log.excess_gib - found.get((log.gpu, log.engine, log.family), 0.0)


def _median(values: Sequence[float]) -> float:
    return float(np.median(np.abs(values)))
