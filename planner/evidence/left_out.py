"""What start-up logs say of each memory coefficient, and logs judged by a fit without their model."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.catalogs import Catalogs
from planner.errors import PlannerError
from planner.evidence.memory import LogCase, load_overhead, predict_row, read_case
from planner.evidence.stated import memory_unstated
from planner.evidence.table import Row, number
from planner.formulas.memory import GIB
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import activation_bytes, profiled_sequences

Implied = dict[str, dict[str, list[float]]]


def implied(rows: Iterable[Row], catalogs: Catalogs, coefficients: Coefficients) -> Implied:
    """coefficient -> model -> the values that its logs imply, the others being as without logs."""
    found: Implied = {}
    bare = coefficients.with_memory({}).memory
    for row in rows:
        try:
            case, weights, _ = read_case(row, catalogs, bare)
        except PlannerError:
            continue
        if case is not None:
            for name, value in _from_row(row, case, weights, bare).items():
                found.setdefault(name, {}).setdefault(case.designs.model.id, []).append(value)
    return found


def fitted(values: Implied, without: str = "") -> dict[str, float]:
    """Coefficients from every model but `without`."""
    out = {}
    for name, models in sorted(values.items()):
        kept = [float(np.median(found)) for model, found in models.items() if model != without]
        if kept:
            out[name] = round(float(np.median(kept)), 4)
    return out


def _from_row(row: Row, case: LogCase, weights_gib: float, memory: MemoryFigures) -> dict[str, float]:
    """What one log says of each coefficient, given the others without logs."""
    stated, out = memory_unstated(row), {}
    model, engine = case.designs.model, case.engine
    ranks = int(case.designs.tp[0] * case.designs.dp[0])
    lost = number(row.get("weights_gib"))
    if engine.load_overhead and lost and "weights" not in stated:
        gpu = case.designs.gpus[0]
        name = "load_overhead_unified_gib" if "unified" in gpu.memory_type else "load_overhead_gib"
        out[name] = max(0.0, lost - (weights_gib - load_overhead(engine, gpu, memory)))
    peak = number(row.get("activation_peak_gib"))
    if peak and "activation peak" not in stated:
        out |= _sampler(case, peak, memory)
    outside = number(row.get("non_torch_gib"))
    if outside is not None and "non-torch" not in stated:
        others = engine.non_torch_rank_gib * (min(ranks, memory.communicating_ranks) - 1)
        out[f"non_torch_gib {engine.memory_era}"] = max(0.0, outside - others)
    graphs = number(row.get("cuda_graph_gib"))
    if graphs and graphs > 0 and "KV pool" not in stated:
        out["graph_layer_gib" if ranks == 1 else "graph_layer_group_gib"] = graphs / model.n_layers
    return out


def _sampler(case: LogCase, peak_gib: float, memory: MemoryFigures) -> dict[str, float]:
    """Logits copies, where they and not a layer's tensors make the peak."""
    model = case.designs.model
    rows = float(profiled_sequences(case.designs, memory, np.array([[case.sequences]]))[0, 0]) * model.vocab * 4.0
    none = np.zeros(1)
    layer = float(
        np.ravel(activation_bytes(model, memory, tp=case.designs.tp, tokens=np.array(case.tokens), sequences=none))[0]
    )
    return {"sampler_copies": peak_gib * GIB / rows} if memory.sampler_copies * rows > layer else {}


def left_out_predictions(rows: Iterable[Row], catalogs: Catalogs, coefficients: Coefficients) -> list[dict[str, str]]:
    """Each row predicted by coefficients fitted without its model."""
    held = list(rows)
    values = implied(held, catalogs, coefficients)
    fits: dict[str, Coefficients] = {}
    out = []
    for row in held:
        try:
            case, _, _ = read_case(row, catalogs, coefficients.memory)
            name = case.designs.model.id if case else ""
        except PlannerError:
            name = ""
        if name not in fits:
            fits[name] = coefficients.with_memory(fitted(values, name))
        out.append(predict_row(row, catalogs, fits[name]))
    return out
