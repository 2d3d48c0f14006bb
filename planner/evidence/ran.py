"""What a log that shows a cache says of inputs that it does not state: they were such that it ran.

For evidence alone: a row is set beside its prediction with these inputs filled in. No answer of the product is made so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import PlannerError
from planner.evidence.memory import predict_row
from planner.evidence.names import find_model
from planner.evidence.stated import memory_unstated
from planner.evidence.table import number
from planner.physics.coefficients import Coefficients
from planner.physics.split import TP_SIZES, Split, split_problem

# The largest share of the memory that logs in the evidence state, but for one.
LARGEST_SHARE = "0.98"


@dataclass(frozen=True)
class AsRan:
    """pool_gib: of the cache, None where nothing is predicted; decides: inputs that were taken as what makes it run."""

    pool_gib: float | None
    decides: tuple[str, ...] = ()


def as_it_ran(row: Mapping[str, str], catalogs: Catalogs, coefficients: Coefficients) -> AsRan:
    """The pool of a log as stated, else with ever more of what it leaves open filled in."""
    pool = _pool(row, predict_row(row, catalogs, coefficients), loaded=False)
    if pool is None or pool > 0.0:
        return AsRan(pool)
    filled, decides = dict(row), []
    for name, values in _open(row, catalogs).items():
        decides.append(name)
        for value in values:
            filled |= value
            pool = _pool(filled, predict_row(filled, catalogs, coefficients), loaded="weights" in decides)
            if pool is not None and pool > 0.0:
                return AsRan(pool, tuple(decides))
    return AsRan(pool, tuple(decides))


def _open(row: Mapping[str, str], catalogs: Catalogs) -> dict[str, list[dict[str, str]]]:
    """Inputs that a row does not state, each with values that leave ever more room."""
    found: dict[str, list[dict[str, str]]] = {}
    if not (row.get("tp") or "").strip():
        found["ranks"] = [{"tp": str(n)} for n in _legal(_model(row, catalogs))]
    if "weights" in memory_unstated(row) and _loaded_gib(row, {}) is not None:
        found["weights"] = [{}]
    if not (row.get("gpu_memory_utilization") or "").strip():
        found["share of the memory"] = [{"gpu_memory_utilization": LARGEST_SHARE}]
    return found


def _model(row: Mapping[str, str], catalogs: Catalogs) -> Model | None:
    try:
        return find_model(row.get("model_hf_id") or "", catalogs.models)
    except PlannerError:
        return None


def _legal(model: Model | None) -> list[int]:
    return [n for n in TP_SIZES if n > 1 and model is not None and not split_problem(model, Split(tp=n))]


def _pool(row: Mapping[str, str], told: Mapping[str, str], *, loaded: bool) -> float | None:
    """The predicted pool; `loaded`: beside the weights that the log says were loaded."""
    pool, weights = number(told.get("pred_kv_gib")), number(told.get("pred_weights_gib"))
    measured = _loaded_gib(row, told) if loaded else None
    return pool if pool is None or weights is None or measured is None else pool + weights - measured


def _loaded_gib(row: Mapping[str, str], told: Mapping[str, str]) -> float | None:
    """GiB of weights by the log; newer releases print them with what lies outside PyTorch's allocator."""
    weights, consumed = number(row.get("weights_gib")), number(row.get("consumed_gib"))
    if weights is None and consumed is not None:
        return consumed - (number(told.get("pred_non_torch_gib")) or 0.0)
    return weights
