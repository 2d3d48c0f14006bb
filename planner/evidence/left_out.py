"""What start-up logs say of each memory coefficient, and logs judged by a fit without their model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linprog

from planner.catalogs import Catalogs
from planner.errors import PlannerError
from planner.evidence.log_case import LogCase, engine_of, read_case
from planner.evidence.log_tokens import captured_gib
from planner.evidence.memory import predict_row
from planner.evidence.sources import sources
from planner.evidence.stated import memory_unstated
from planner.evidence.table import Row, number
from planner.formulas.memory import GIB
from planner.physics.activation import layer_elements, logits_bytes, profiled_sequences
from planner.physics.coefficient_parts import MemoryFigures
from planner.physics.coefficients import Coefficients
from planner.physics.first_start import compiled_copies
from planner.physics.footprint import non_torch_bytes
from planner.physics.graphs import era_of, graph_shares, outside_era, through_nccl
from planner.physics.logged import load_overhead
from planner.progress import Progress, each, part

# The estimate of graphs that a log states beside what they took.
ESTIMATE = re.compile(r"estimat(?:e|ed)(?: CUDA graph memory)?:? (\d+(?:\.\d+)?)(?= )", re.I)
GRAPHS = ("graph_first_gib", "graph_layer_gib", "graph_layer_group_gib")
Captured = tuple[float, float, float, float]


@dataclass(frozen=True)
class Implied:
    """figures: coefficient -> project -> the values that its logs imply; captures: project -> its logs of graphs."""

    figures: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    captures: dict[str, list[Captured]] = field(default_factory=dict)


def project(row: Row) -> str:
    """The project that a log is from: a repository, a thread of an engine's own tracker, or a note by itself."""
    source = (row.get("source") or "").strip()
    whole = source.partition(" ")[0] if "/" in source else source
    repository = re.split(r"[:#@]", whole)[0]
    return whole if repository in sources().logs.trackers else repository


def implied(rows: Iterable[Row], catalogs: Catalogs, coefficients: Coefficients) -> Implied:
    """What each project's logs imply of each coefficient, the others being as without logs."""
    found = Implied()
    bare = coefficients.with_memory({}).memory
    for row in rows:
        told = _without_shapes(row)
        try:
            case, weights, _ = read_case(row, catalogs, bare)
        except PlannerError:
            case, weights = None, 0.0
        if case is not None:
            told |= _from_row(row, case, weights, bare)
            graphs = captured_gib(row)
            if graphs and "graphs" not in memory_unstated(row):
                found.captures.setdefault(project(row), []).append(_captured(case, graphs))
        for name, value in told.items():
            found.figures.setdefault(name, {}).setdefault(project(row), []).append(value)
    return found


def fitted(told: Implied, without: str = "") -> dict[str, float]:
    """Coefficients from every project but `without`: medians over projects of the medians over their logs."""
    out = {}
    for name, projects in sorted(told.figures.items()):
        kept = [float(np.median(found)) for source, found in projects.items() if source != without]
        if kept:
            out[name] = round(float(np.median(kept)), 6)
    return out | fitted_graphs({source: rows for source, rows in told.captures.items() if source != without})


def _from_row(row: Row, case: LogCase, weights_gib: float, memory: MemoryFigures) -> dict[str, float]:
    """What one log says of each coefficient, given the others without logs."""
    stated, out = memory_unstated(row), {}
    engine, lost = case.engine, number(row.get("weights_gib"))
    if engine.load_overhead and lost and "weights" not in stated:
        gpu = case.designs.gpus[0]
        name = "load_overhead_unified_gib" if "unified" in gpu.memory_type else "load_overhead_gib"
        out[name] = max(0.0, lost - (weights_gib - load_overhead(engine, gpu, memory)))
    peak = number(row.get("activation_peak_gib"))
    if peak and "activation peak" not in stated:
        out |= _sampler(case, peak, memory)
    outside = number(row.get("non_torch_gib"))
    if outside is not None and "non-torch" not in stated:
        none = replace(memory, non_torch_gib=dict.fromkeys(memory.non_torch_gib, 0.0))
        ranks = (case.designs.tp * case.designs.dp)[:, None].astype(float)
        others = float(non_torch_bytes(case.designs, none, ranks, through_nccl(case.designs))[0, 0]) / GIB
        out[f"non_torch_gib {outside_era(engine, case.designs.model)}"] = max(0.0, outside - others)
    return out


def _without_shapes(row: Row) -> dict[str, float]:
    """What a log says whose model does not matter: the estimate of graphs over them, memory outside PyTorch."""
    out, estimate, graphs = {}, ESTIMATE.search(row.get("comment") or ""), number(row.get("cuda_graph_gib"))
    if estimate and graphs and graphs > 0:
        out["graph_estimate"] = float(estimate.group(1)) / graphs
    outside, ranks = number(row.get("non_torch_gib")), number(row.get("tp"))
    if number(row.get("consumed_gib")) and outside is not None and ranks:
        engine = engine_of(row, None)
        out[f"non_torch_gib {engine.outside_era or engine.memory_era}"] = max(
            0.0, outside - engine.non_torch_rank_gib * (ranks - 1.0)
        )
    return out


def _captured(case: LogCase, graphs_gib: float) -> Captured:
    """What a log says of its graphs: GiB taken, and what the first captures, sizes and layers, and NCCL count for."""
    nccl = through_nccl(case.designs)
    found = graph_shares(case.designs, np.array([case.sequences]), np.array([[case.tokens]]), nccl)
    first, each, shared = (float(share[0, 0]) for share in found)
    return graphs_gib, first, each, shared


def fitted_graphs(captures: Mapping[str, Sequence[Captured]]) -> dict[str, float]:
    """Figures of graphs with the least absolute error [GiB], every project counting once; empty without logs."""
    rows = [(1.0 / len(told), *row) for told in captures.values() for row in told]
    if not rows:
        return {}
    weight, taken, *columns = np.array(rows).T
    given = np.stack(columns, axis=1)
    n, k = given.shape
    # The error of a row is what lies above the prediction, less what lies below: two numbers that are not negative.
    found = linprog(
        np.concatenate([np.zeros(k), weight, weight]), A_eq=np.hstack([given, np.eye(n), -np.eye(n)]), b_eq=taken
    )
    figures = np.asarray(found.x)[:k]
    return {name: round(float(value), 6) for name, value in zip(GRAPHS, figures, strict=True)}


def _sampler(case: LogCase, peak_gib: float, memory: MemoryFigures) -> dict[str, float]:
    """Logits copies of the engine's era, where they make the peak and not a layer's tensors or an encoder of images."""
    if case.designs.model.vision_params:
        return {}
    model, era = case.designs.model, era_of(case.engine, case.designs.model)
    tokens = np.array([[case.tokens]])
    sequences = profiled_sequences(case.designs, memory, np.array([[case.sequences]]), tokens)
    rows = float(logits_bytes(model, tokens, sequences)[0, 0])
    layer = case.tokens * 2.0 * float(layer_elements(model, memory, tp=case.designs.tp)[0])
    name = "sampler_copies " + (era if era in memory.sampler_copies else "general")
    if case.engine.peaks_add:
        compiled = compiled_copies(case.engine, model, memory)
        return {name: max(0.0, max(0.0, peak_gib * GIB - layer) / rows - compiled)}
    return {name: peak_gib * GIB / rows} if memory.sampler(era) * rows > layer else {}


def left_out_predictions(
    rows: Iterable[Row], catalogs: Catalogs, coefficients: Coefficients, progress: Progress | None = None
) -> list[dict[str, str]]:
    """Each row predicted by coefficients fitted without its project; progress: of rows, read and then predicted."""
    held = list(rows)
    values = implied(each(held, part(progress, 0, 2)), catalogs, coefficients)
    fits: dict[str, Coefficients] = {}
    out = []
    for row in each(held, part(progress, 1, 2)):
        name = project(row)
        if name not in fits:
            fits[name] = coefficients.with_memory(fitted(values, name))
        out.append(predict_row(row, catalogs, fits[name]))
    return out
