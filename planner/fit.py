"""Will it fit: per GPU type the smallest tensor-parallel width, the longest context, the most sequences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hardware_db.schema import Accelerator
from models_db.formats import Format, KvFormat, find_format, find_kv_format
from models_db.schema import Model
from planner import __version__
from planner.deployment import Designs, Split, enumerate_designs, format_problem, split_problem
from planner.engines import Engine, find_engine
from planner.footprint import Footprint, cache_bytes, footprint
from planner.formulas.memory import GIB
from planner.plan import Catalogs
from planner.quantization import kv_supported, support, wide_type
from planner.results import FitAnswer, FitRow

TP_SIZES = (1, 2, 4, 8, 16)


def fit(
    catalogs: Catalogs, *, model: str, gpus: Sequence[str], weights: str | None, kv: str | None, engine: str,
    context: int | None, max_sequences: int = 256,
) -> FitAnswer:  # fmt: skip
    """One row for every GPU type asked for (all when none is named)."""
    found = catalogs.models.find(model)
    chosen = [catalogs.hardware.accelerator(name) for name in gpus] or list(catalogs.hardware.accelerators.values())
    fmt, runtime = find_format(weights or found.model.native.format), find_engine(engine)
    length = context or min(found.model.max_context or 8192, 8192)
    cache = find_kv_format(kv) if kv else None
    rows = [_row(found.model, gpu, fmt, cache, runtime, length, max_sequences) for gpu in chosen]
    return FitAnswer(
        status="fits" if any(row.fits for row in rows) else "does_not_fit",
        version=__version__,
        model=found.model.id,
        weight_format=fmt.id,
        kv_format=cache.id if cache else "bf16 or fp16",
        engine=runtime.id,
        context=length,
        rows=rows,
        assumptions=[found.note] if found.note else [],
    )


def _default_kv(gpu: Accelerator, engine: Engine) -> KvFormat:
    return find_kv_format("fp16" if engine.id == "llama.cpp" or wide_type(gpu) == "fp16" else "bf16")


def _row(
    model: Model, gpu: Accelerator, fmt: Format, kv: KvFormat | None, engine: Engine, context: int, sequences: int
) -> FitRow:
    cache = kv or _default_kv(gpu, engine)
    answer = support(fmt, gpu, engine.id)
    if answer.level == "none":
        return _refusal(gpu, answer.why)
    if not kv_supported(cache, gpu, engine.id):
        return _refusal(gpu, f"{engine.id} keeps no {cache.id} cache here")
    last: FitRow | None = None
    for tp in TP_SIZES:
        split = Split(tp=tp) if engine.id != "llama.cpp" else Split(pp=tp)
        if tp > max(8, gpu.scale_up_domain_size) or split_problem(model, split) or format_problem(model, fmt, split):
            continue
        last = _at(model, gpu, fmt, cache, engine, split, context, sequences)
        if last.fits:
            return last
    return last or _refusal(gpu, "no cut of the model is legal for this format")


def _refusal(gpu: Accelerator, why: str) -> FitRow:
    return FitRow(
        gpu=gpu.name, fits=False, smallest_tp=None, weights_gib=0.0, kv_pool_gib=0.0, max_context=0, max_sequences=0,
        change=why,
    )  # fmt: skip


def _at(
    model: Model,
    gpu: Accelerator,
    fmt: Format,
    kv: KvFormat,
    engine: Engine,
    split: Split,
    context: int,
    sequences: int,
) -> FitRow:
    designs = enumerate_designs(model, [gpu], [fmt], [kv], [engine], only=split)
    if not len(designs):
        return _refusal(gpu, "not supported")
    budget = float(engine.max_batched_tokens)
    parts = footprint(designs, max_sequences=np.array([float(sequences)]), max_tokens=budget)
    pool = float(parts.kv_pool[0, 0])
    each = float(cache_bytes(designs, np.array(float(context)))[0])
    fits = pool >= each
    return FitRow(
        gpu=gpu.name,
        fits=fits,
        smallest_tp=split.tp * split.pp if fits else None,
        weights_gib=float(np.ravel(parts.weights)[0]) / GIB,
        kv_pool_gib=max(0.0, pool) / GIB,
        max_context=longest_context(designs, pool, model.max_context),
        max_sequences=int(pool // max(each, 1.0)) if fits else 0,
        change="" if fits else _change(parts, pool, each),
    )


def longest_context(designs: Designs, pool: float, limit: int | None) -> int:
    """Most tokens one sequence may hold, at most the model's own limit."""
    low, high = 0, limit or 2**24
    while low < high:
        middle = (low + high + 1) // 2
        if float(cache_bytes(designs, np.array(float(middle)))[0]) <= pool:
            low = middle
        else:
            high = middle - 1
    return low


def _change(parts: Footprint, pool: float, each: float) -> str:
    short = (each - pool) / GIB
    return f"{short:.1f} GiB a GPU short even at the largest legal width: a narrower format or a larger GPU"
