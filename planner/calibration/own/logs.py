"""Start-up logs beside measured runs: what they state need not be stated by flags, and their memory as rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from models_db.local_names import cached_ids
from planner.calibration.own.answer import RunFigure
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence.memory import predict_row
from planner.evidence.names import find_gpu
from planner.evidence.table import number
from planner.logs.read import read_log_file
from planner.logs.record import StartupLog
from planner.measurements.run import NONE, MeasuredRun, cells
from planner.physics.coefficients import Coefficients

MemoryFigure = Literal["weights_gib", "kv_pool_gib", "kv_tokens"]
# Columns of a row: as the log has it, as it is predicted.
FIGURES: dict[MemoryFigure, tuple[str, str]] = {
    "weights_gib": ("weights_gib", "pred_weights_gib"),
    "kv_pool_gib": ("kv_cache_gib", "pred_kv_gib"),
    "kv_tokens": ("kv_cache_tokens", "pred_kv_tokens"),
}
# Parts of one GPU's memory that lie beside each other.
PARTS = ("weights_gib", "non_torch_gib", "kv_cache_gib")
# The format of a run that is a log, and the columns of a row of logs that flags state.
LOG = "start-up log"
OF_FLAGS = {
    "model": "model_hf_id", "weights": "quantization", "kv": "kv_cache_dtype", "gpu": "gpu", "tp": "tp", "pp": "pp",
    "dp": "dp", "ep": "ep", "engine_version": "engine_version", "max_num_seqs": "max_num_seqs",
}  # fmt: skip
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
    # Of a folder of the hub's cache the model that it holds.
    model = log.model and (cached_ids(log.model) or (log.model,))[0]
    return cells(
        model=model, engine=log.engine, engine_version=log.version, gpu=gpu,
        tp=s.tp and float(s.tp), pp=s.pp and float(s.pp), dp=s.dp and float(s.dp), ep=s.ep and float(s.ep),
        kv=s.kv_cache_dtype, max_num_seqs=s.max_num_seqs and float(s.max_num_seqs),
    )  # fmt: skip


def logged_run(log: StartupLog) -> MeasuredRun:
    """A log as a run whose cells are a row of start-up logs."""
    s, f = log.settings, log.figures
    told = stated_by(log)
    return MeasuredRun(LOG, "", cells(
        engine=log.engine, engine_version=told.get("engine_version"), model_hf_id=told.get("model"),
        quantization=s.quantization, kv_cache_dtype=told.get("kv"), gpu=told.get("gpu"),
        gpu_mem_gib=f.total_gib, tp=told.get("tp"), pp=told.get("pp"), dp=told.get("dp"), ep=told.get("ep"),
        max_model_len=s.max_model_len and float(s.max_model_len), gpu_memory_utilization=s.memory_fraction,
        max_num_seqs=s.max_num_seqs and float(s.max_num_seqs),
        max_num_batched_tokens=s.max_num_batched_tokens and float(s.max_num_batched_tokens),
        enforce_eager="True" if s.eager else None, weights_gib=f.weights_gib, non_torch_gib=f.non_torch_gib,
        kv_cache_gib=f.kv_pool_gib, kv_cache_tokens=f.kv_tokens and float(f.kv_tokens),
        activation_peak_gib=f.activation_gib, consumed_gib=f.consumed_gib, free_before_gib=f.free_before_gib,
    ), tpot=NONE)  # fmt: skip


def with_stated(row: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """A row of a log with what flags state in place of its own."""
    return {**row, **{OF_FLAGS[name]: value for name, value in given.items() if name in OF_FLAGS}}


def log_problem(row: Mapping[str, str], catalogs: Catalogs) -> str:
    """Why the memory that a log states cannot be of its GPU; empty where it can."""
    gpu = find_gpu(row.get("gpu") or "", catalogs.hardware)
    card = number(row.get("gpu_mem_gib")) or (gpu.memory_bytes / 2**30 if gpu else None)
    taken = sum(number(row.get(part)) or 0.0 for part in PARTS)
    if card is None or taken <= card * ROUNDED:
        return ""
    return f"its weights and cache take {taken:.1f} GiB, above the {card:.1f} GiB of the card"


def log_figures(name: str, row: Mapping[str, str], catalogs: Catalogs, coefficients: Coefficients) -> list[RunFigure]:
    """Memory of one GPU, measured and predicted. Raises InputError where neither log nor flags state enough."""
    problem = log_problem(row, catalogs)
    if problem:
        raise InputError(problem)
    found = predict_row(row, catalogs, coefficients)
    out = []
    for figure, (told, column) in FIGURES.items():
        measured, predicted = number(row.get(told)), number(found[column])
        if measured and predicted:
            out.append(
                RunFigure(
                    run=name, model=row.get("model_hf_id", ""), gpu=row.get("gpu", ""), engine=row.get("engine", ""),
                    figure=figure, measured=measured, before=predicted, left_out=predicted, tpot=NONE,
                )
            )  # fmt: skip
    if not out:
        raise InputError(found["error"] or "states no weights and no cache")
    return out
