"""`validate --memory`: start-up logs predicted from their inputs alone.

A row states engine, version, model, format, GPU, widths and limits; weights, non-torch memory, the
activation peak and the KV pool follow. What a row leaves out takes the engine's default of its version.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from planner.catalogs import Catalogs
from planner.errors import PlannerError
from planner.evidence.log_case import LogCase, read_case
from planner.evidence.log_tokens import log_tokens, logged_pool_gib
from planner.evidence.table import number
from planner.formulas.memory import GIB
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import Footprint, footprint
from planner.physics.graphs import charged
from planner.physics.kv_cache import keeps_cache
from planner.physics.logged import load_overhead, logged_pool

COLUMNS = (
    "pred_weights_gib", "pred_non_torch_gib", "pred_activation_gib", "pred_graphs_gib", "pred_kv_gib",
    "pred_kv_tokens", "pred_tokens_of_pool", "error",
)  # fmt: skip
NEEDED = ("engine", "model_hf_id", "tp")


def predict_row(row: Mapping[str, str], catalogs: Catalogs, coefficients: Coefficients) -> dict[str, str]:
    """The added columns of one row; `error` says why a figure is missing."""
    out = dict.fromkeys(COLUMNS, "")
    try:
        case, weights, problem = read_case(row, catalogs, coefficients.memory)
        out["pred_weights_gib"] = f"{weights:.4f}"
        if problem:
            out["error"] = problem
            return out
        assert case is not None
        out |= _predict(case, row, coefficients)
    except PlannerError as error:
        out["error"] = str(error)
    return out


def parts_of(case: LogCase, coefficients: Coefficients) -> Footprint:
    """The footprint of a case, as its engine's log states it."""
    return footprint(
        case.designs,
        coefficients,
        max_sequences=np.array([case.sequences]),
        max_tokens=np.array([[case.tokens]]),
        fraction=case.fraction,
        total_bytes=case.total_bytes,
        logged=True,
    )


def _predict(case: LogCase, row: Mapping[str, str], coefficients: Coefficients) -> dict[str, str]:
    parts = parts_of(case, coefficients)
    peak = _gib(parts.activation)
    # Newer releases print what was consumed, and count the estimate of their graphs as activation.
    if number(row.get("consumed_gib")) and bool(charged(case.designs)[0]):
        peak += _gib(parts.graphs) * coefficients.memory.graph_estimate
    out = {
        "pred_weights_gib": f"{_gib(parts.weights) + load_overhead_gib(case, coefficients.memory):.4f}",
        "pred_non_torch_gib": f"{_gib(parts.non_torch):.3f}",
        "pred_activation_gib": f"{peak:.3f}",
        "pred_graphs_gib": f"{_gib(parts.graphs):.3f}",
    }
    if not keeps_cache(case.designs.model) and case.engine.memory_policy != "static_share":
        return out | {"error": "kv: an encoder keeps no cache"}
    logged = logged_pool_gib(row)
    if logged and logged > 0:
        out["pred_tokens_of_pool"] = f"{log_tokens(case, logged * GIB) * case.context_ranks:.0f}"
    pool = logged_pool(case.designs, parts, coefficients.memory, free_stated=case.total_bytes is not None)
    if pool <= 0:
        return out | {
            "pred_kv_gib": f"{pool / GIB:.3f}",
            "pred_kv_tokens": "0",
            "error": "kv: no memory is left for a cache",
        }
    tokens = log_tokens(case, pool) * case.context_ranks
    if tokens > case.cap:
        pool, tokens = pool * case.cap / tokens, case.cap
    return out | {"pred_kv_gib": f"{pool / GIB:.3f}", "pred_kv_tokens": f"{tokens:.0f}"}


def _gib(column: np.ndarray) -> float:
    return float(np.ravel(column)[0]) / GIB


def load_overhead_gib(case: LogCase, memory: MemoryFigures) -> float:
    return load_overhead(case.engine, case.designs.gpus[0], memory)
