"""Start-up logs beside measured runs: what they state need not be stated by flags, and their memory is compared."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from planner.calibration.own.answer import RunFigure
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.memory import predict_row
from planner.evidence.names import find_gpu
from planner.logs.read import read_log_file
from planner.logs.record import StartupLog
from planner.measurements.run import cells
from planner.physics.coefficients import Coefficients

MemoryFigure = Literal["weights_gib", "kv_pool_gib", "kv_tokens"]
FIGURES: dict[MemoryFigure, str] = {
    "weights_gib": "pred_weights_gib",
    "kv_pool_gib": "pred_kv_gib",
    "kv_tokens": "pred_kv_tokens",
}
# Parts of one GPU's memory that lie beside each other.
PARTS = ("weights_gib", "non_torch_gib", "kv_pool_gib")
ROUNDED = 1.01


def log_in(path: Path) -> StartupLog | None:
    """The start-up log that a file is; None where it is none."""
    try:
        return read_log_file(path)
    except InputError:
        return None


def stated_by(log: StartupLog) -> dict[str, str]:
    """Columns of the points CSV that a log states."""
    s = log.settings
    gpu = log.gpus[0] if len(set(log.gpus)) == 1 else None
    return cells(
        model=log.model, engine=log.engine, engine_version=log.version, gpu=gpu,
        tp=s.tp and float(s.tp), pp=s.pp and float(s.pp), dp=s.dp and float(s.dp), ep=s.ep and float(s.ep),
        kv=s.kv_cache_dtype, max_num_seqs=s.max_num_seqs and float(s.max_num_seqs),
    )  # fmt: skip


def log_row(log: StartupLog, given: dict[str, str]) -> dict[str, str]:
    """A log as a row of start-up logs, with what flags state in place of its own."""
    s, f = log.settings, log.figures
    told = stated_by(log) | given
    return cells(
        engine=log.engine, engine_version=told.get("engine_version"), model_hf_id=told.get("model"),
        quantization=given.get("weights") or s.quantization, kv_cache_dtype=told.get("kv"), gpu=told.get("gpu"),
        gpu_mem_gib=f.total_gib, tp=told.get("tp"), pp=told.get("pp"), dp=told.get("dp"), ep=told.get("ep"),
        max_model_len=s.max_model_len and float(s.max_model_len), gpu_memory_utilization=s.memory_fraction,
        max_num_seqs=s.max_num_seqs and float(s.max_num_seqs),
        max_num_batched_tokens=s.max_num_batched_tokens and float(s.max_num_batched_tokens),
        enforce_eager="True" if s.eager else None, weights_gib=f.weights_gib, non_torch_gib=f.non_torch_gib,
        kv_cache_gib=f.kv_pool_gib, kv_cache_tokens=f.kv_tokens and float(f.kv_tokens),
        activation_peak_gib=f.activation_gib, consumed_gib=f.consumed_gib, free_before_gib=f.free_before_gib,
    )  # fmt: skip


def log_problem(log: StartupLog, given: dict[str, str], catalogs: Catalogs) -> str:
    """Why the memory that a log states cannot be of its GPU; empty where it can."""
    name = given.get("gpu") or next(iter(log.gpus), "")
    gpu = find_gpu(name, catalogs.hardware) if name else None
    card = log.figures.total_gib or (gpu.memory_bytes / 2**30 if gpu else None)
    taken = sum(getattr(log.figures, part) or 0.0 for part in PARTS)
    if card is None or taken <= card * ROUNDED:
        return ""
    return f"its weights and cache take {taken:.1f} GiB, above the {card:.1f} GiB of the card"


def log_figures(
    name: str, log: StartupLog, given: dict[str, str], catalogs: Catalogs, coefficients: Coefficients
) -> list[RunFigure]:
    """Memory of one GPU, measured and predicted. Raises InputError where neither log nor flags state enough."""
    problem = log_problem(log, given, catalogs)
    if problem:
        raise InputError(f"{name}: {problem}")
    row = log_row(log, given)
    found = predict_row(row, catalogs, coefficients)
    out = []
    for figure, column in FIGURES.items():
        measured, predicted = getattr(log.figures, figure), found[column]
        if measured and predicted:
            value = float(predicted)
            out.append(
                RunFigure(
                    run=name, model=row.get("model_hf_id", ""), gpu=row.get("gpu", ""), engine=log.engine,
                    figure=figure, measured=float(measured), before=value, left_out=value, tpot="not measured",
                )
            )  # fmt: skip
    if not out:
        raise InputError(f"{name}: {found['error'] or 'states no weights and no cache'}")
    return out
