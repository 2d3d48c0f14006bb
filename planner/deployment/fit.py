"""Will it fit: per GPU type the smallest cut of a model, the longest context, the most sequences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hardware_db.schema import Accelerator
from models_db.checkpoints import stated_format
from models_db.formats import Format, KvFormat, find_kv_format, served_format
from models_db.quantization_loss import LONG_CONTEXT
from models_db.schema import Model
from planner.answers import FitAnswer, FitRow
from planner.catalogs import Catalogs
from planner.deployment.cuts import cuts_to_try
from planner.deployment.room import Losses, Need, Room, changes
from planner.errors import InputError
from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import engine_for
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.ggml.kv_types import cache_format
from planner.physics.ggml.texts import ggml_texts
from planner.physics.kernels import HALF, default_kv, half_type, kv_supported, support
from planner.physics.kv_cache import cache_bytes
from planner.physics.own_engine import own_engine_texts, usual_engine
from planner.physics.split import Split, split_problem
from planner.plan.quality import named
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.request import AS_LITTLE, QualityTerms
from planner.version import __version__


def fit(
    catalogs: Catalogs, coefficients: Coefficients, *, model: str, gpus: Sequence[str], weights: str | None,
    kv: str | None, engine: str | None, context: int | None, settings: EngineSettings = AS_SHIPPED,
    quality: QualityTerms = AS_LITTLE, split: Split | None = None,
) -> FitAnswer:  # fmt: skip
    """One row for every GPU type asked for (all when none is named); in one cut of the model where it is stated."""
    found = catalogs.models.find(model)
    problem = split_problem(found.model, split) if split else None
    if split and problem:
        raise InputError(f"split.{problem[:2]}: {problem}")
    chosen = [catalogs.hardware.accelerator(name) for name in gpus] or list(catalogs.hardware.accelerators.values())
    runtime = engine_for(found.model, engine or usual_engine(found.model), settings, catalogs)
    stated = stated_format(weights, found.model) if weights else None
    served = [stated or served_format(found.model, half_type(gpu)) for gpu in chosen]
    length = _context(found.model, context, settings)
    cache = find_kv_format(kv) if kv else None
    losses = Losses(found.model, named(model, found.model), length >= LONG_CONTEXT, quality)
    need = Need(coefficients, found.model, runtime, length, settings.sequences, losses)
    rows = _rows(need, chosen, served, cache, split)
    return FitAnswer(
        status="fits" if any(row.fits for row in rows) else "does_not_fit",
        version=__version__,
        model=found.model.checkpoint,
        weight_format=" or ".join(sorted({fmt.id for fmt in served}) or [HALF[0]]),
        kv_format=cache.id if cache else "bf16 or fp16",
        engine=runtime.id,
        context=length,
        rows=rows,
        quality=losses.record(served[0].id if served else HALF[0], cache.id if cache else HALF[0]),
        assumptions=[
            *found.texts,
            *own_engine_texts(found.model, [runtime.id]),
            *catalogs.hardware.taken_as(gpus),
            *_process_texts(found.model, chosen, served, cache, runtime),
            *settings.texts(),
        ],
    )


def _process_texts(
    model: Model, gpus: Sequence[Accelerator], served: Sequence[Format], cache: KvFormat | None, engine: Engine
) -> list[str]:
    """How the first GPU's process is taken, and what is known of the engine."""
    if not gpus:
        return []
    kv = cache_format(model, engine, cache or default_kv(gpus[0], engine))
    return ggml_texts(Designs.single(model, gpus[0], served[0], kv, engine, Split()))


def _context(model: Model, asked: int | None, settings: EngineSettings) -> int:
    """Tokens that a sequence must hold: those asked for, else what the engine is set to, else 8,192. Raises InputError
    where the model, or the engine as it is set, takes fewer."""
    length = asked or settings.max_model_len or min(model.max_context or 8192, 8192)
    problem = settings.problem(length, model.id, model.max_context)
    if model.max_context and length > model.max_context and not problem:
        problem = f"context: {length} tokens exceed the context of {model.id} ({model.max_context})"
    if problem:
        raise InputError(problem)
    return length


def _rows(
    need: Need, gpus: Sequence[Accelerator], served: Sequence[Format], kv: KvFormat | None, asked: Split | None
) -> list[FitRow]:
    """A row for each GPU, in the format that it is served in there; all cuts on all GPUs are looked at as one batch."""
    refused: dict[int, FitRow] = {}
    tried: list[tuple[int, KvFormat, Split]] = []
    for i, (gpu, fmt) in enumerate(zip(gpus, served, strict=True)):
        cache = cache_format(need.model, need.engine, kv or default_kv(gpu, need.engine))
        why = _why_not(need, gpu, fmt, cache)
        cuts = [] if why else cuts_to_try(need.model, gpu, fmt, need.engine, asked)
        if not cuts:
            refused[i] = _refusal(gpu, why or "no cut of the model is legal for this format")
        tried += [(i, cache, split) for split in cuts]
    if not tried:
        return [refused[i] for i in range(len(gpus))]
    batch = _batch(need, gpus, served, tried)
    room = Room.of(batch, need)
    rows = [(tried[r][0], r) for r in _chosen(tried, room.fits, need.engine)]
    longest = longest_contexts(
        batch.take(np.array([r for _, r in rows])), room.pool[[r for _, r in rows]],
        need.engine.settings.max_model_len or need.model.max_context,
    )  # fmt: skip
    short = [r for _, r in rows if not room.fits[r]]
    change = dict(zip(short, changes(need, batch, short, (room.pool - room.each)[short]), strict=True))
    made = {
        i: _made(need, batch, room, r, context, change.get(r, ""))
        for (i, r), context in zip(rows, longest.tolist(), strict=True)
    }
    return [refused[i] if i in refused else made[i] for i in range(len(gpus))]


def _why_not(need: Need, gpu: Accelerator, fmt: Format, cache: KvFormat) -> str:
    """Why a GPU does not run the formats; empty where it does."""
    answer = support(fmt, gpu, need.engine.id)
    if answer.level == "none":
        return answer.why
    return "" if kv_supported(cache, gpu, need.engine.id) else f"{need.engine.id} keeps no {cache.id} cache here"


def _batch(
    need: Need, gpus: Sequence[Accelerator], served: Sequence[Format], tried: Sequence[tuple[int, KvFormat, Split]]
) -> Designs:
    """The cuts to try as designs, one row each."""
    fmts, kvs = list(dict.fromkeys(served)), list(dict.fromkeys(cache for _, cache, _ in tried))
    rows = [
        (i, fmts.index(served[i]), kvs.index(cache), 0, split.tp, split.pp, split.ep, split.dp)
        for i, cache, split in tried
    ]
    columns = np.array(rows, dtype=np.int64).T
    return Designs(need.model, tuple(gpus), tuple(fmts), tuple(kvs), (need.engine,), *columns)


def _chosen(tried: Sequence[tuple[int, KvFormat, Split]], fits: Array, engine: Engine) -> list[int]:
    """For each GPU the number of its first cut that fits; else of the widest without stages, if there is one."""
    chosen: dict[int, int] = {}
    for r, (i, _, split) in enumerate(tried):
        if i in chosen and fits[chosen[i]]:
            continue
        # What is short is told of the widest cut without stages, if there is one.
        if i not in chosen or fits[r] or split.pp == 1 or engine.cuts == "stages":
            chosen[i] = r
    return list(chosen.values())


def _refusal(gpu: Accelerator, why: str) -> FitRow:
    return FitRow(
        gpu=gpu.name, fits=False, smallest_tp=None, smallest_gpus=None, split=None, weights_gib=0.0, kv_pool_gib=0.0,
        max_context=0, max_sequences=0, change=why,
    )  # fmt: skip


def _made(need: Need, batch: Designs, room: Room, row: int, longest: int, change: str) -> FitRow:
    split, gpu, engine = batch.split_at(row), batch.gpus[batch.gpu[row]], need.engine
    pool, each, fits = float(room.pool[row]), float(room.each[row]), bool(room.fits[row])
    return FitRow(
        gpu=gpu.name,
        fits=fits,
        smallest_tp=(split.pp if engine.cuts == "stages" else split.tp) if fits else None,
        smallest_gpus=split.tp * split.pp if fits else None,
        split=str(split) if fits else None,
        weights_gib=float(room.weights[row]) / GIB,
        kv_pool_gib=max(0.0, pool) / GIB,
        max_context=longest,
        max_sequences=(int(pool // each) if each >= 1.0 else need.sequences) if fits else 0,
        change=change,
    )


def longest_context(designs: Designs, pool: float, limit: int | None) -> int:
    """Most tokens that one sequence of a single design may hold, at most the model's own limit."""
    return int(longest_contexts(designs, np.array([pool]), limit)[0])


def longest_contexts(designs: Designs, pool: Array, limit: int | None) -> Array:
    """The same of many designs at once, D; pool: bytes, D."""
    low, high = np.zeros(len(designs)), np.full(len(designs), float(limit or 2**24))
    middle = high
    while (low < high).any():
        held = cache_bytes(designs, middle) <= pool
        low, high = np.where(held, middle, low), np.where(held, high, middle - 1.0)
        middle = np.ceil((low + high) / 2.0)
    return low.astype(int)
