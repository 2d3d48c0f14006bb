"""Will it fit: per GPU type the smallest cut of a model, the longest context, the most sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hardware_db.schema import Accelerator
from models_db.checkpoints import is_converted, stated_format
from models_db.formats import Format, KvFormat, find_kv_format, formats, kv_formats, served_format
from models_db.loss_record import ServedLoss
from models_db.quantization_loss import LONG_CONTEXT, loss
from models_db.schema import Model
from planner.answers import FitAnswer, FitRow, ServedQuality
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import engine_for
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.footprint import footprint
from planner.physics.ggml.kv_types import cache_format
from planner.physics.ggml.texts import ggml_texts
from planner.physics.kernels import HALF, default_kv, half_type, kv_supported, support
from planner.physics.kv_cache import cache_bytes
from planner.physics.own_engine import own_engine_texts, usual_engine
from planner.physics.split import PP_SIZES, TP_SIZES, Split, format_problem, split_problem
from planner.plan.quality import named, quality_record
from planner.request.engine import AS_SHIPPED, EngineSettings
from planner.request.request import AS_LITTLE, QualityTerms
from planner.version import __version__


@dataclass(frozen=True)
class Losses:
    """What formats cost a checkpoint in quality, and which are named as a way to make room."""

    model: Model
    name: str
    long_context: bool
    terms: QualityTerms

    def _loss(self, weights: str, kv: str) -> ServedLoss:
        return loss(self.model, weights, kv, long_context=self.long_context, name=self.name)

    def allowed(self, weights: str, kv: str) -> bool:
        """Whether both lose no more than allowed; of a checkpoint that was made in its format, the cache."""
        lost = self._loss(weights, kv)
        part = lost.cache if is_converted(self.model) else lost
        return self.terms.any_quality or part.within(self.terms.max_loss_pct)

    def text(self, weights: str, kv: str, what: str) -> str:
        """A change by its name, with what is lost in all."""
        lost = self._loss(weights, kv).together.loss_pct
        return f"{what} (loss {'not measured' if lost is None else f'{lost:.1f} %'})"

    def record(self, weights: str, kv: str) -> ServedQuality:
        return quality_record(self._loss(weights, kv), self.model, weights, self.terms.max_loss_pct)


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
    rows = [
        _row(coefficients, found.model, gpu, fmt, cache, runtime, length, settings.sequences, losses, split)
        for gpu, fmt in zip(chosen, served, strict=True)
    ]
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


def _row(
    coefficients: Coefficients, model: Model, gpu: Accelerator, fmt: Format, kv: KvFormat | None, engine: Engine,
    context: int, sequences: int, losses: Losses, asked: Split | None,
) -> FitRow:  # fmt: skip
    cache = cache_format(model, engine, kv or default_kv(gpu, engine))
    answer = support(fmt, gpu, engine.id)
    if answer.level == "none":
        return _refusal(gpu, answer.why)
    if not kv_supported(cache, gpu, engine.id):
        return _refusal(gpu, f"{engine.id} keeps no {cache.id} cache here")
    last: FitRow | None = None
    for split in _cuts(model, gpu, fmt, engine) if asked is None else _asked(model, fmt, asked):
        row = _at(coefficients, model, gpu, fmt, cache, engine, split, context, sequences, losses)
        if row.fits:
            return row
        # What is short is told of the widest cut without stages, if there is one.
        last = row if last is None or split.pp == 1 or engine.cuts == "stages" else last
    return last or _refusal(gpu, "no cut of the model is legal for this format")


def _cuts(model: Model, gpu: Accelerator, fmt: Format, engine: Engine) -> list[Split]:
    """Legal cuts within a machine, in the order they are tried: tensor ranks alone, then stages, fewest GPUs first."""
    most = max(8, gpu.scale_up_domain_size)
    alone = [Split(pp=n) if engine.cuts == "stages" else Split(tp=n) for n in TP_SIZES]
    staged = [Split(tp=tp, pp=pp) for pp in PP_SIZES[1:] for tp in TP_SIZES] if engine.cuts != "stages" else []
    staged = [split for split in staged if split.tp * split.pp <= most]
    tried = [*(s for s in alone if s.tp * s.pp <= most), *sorted(staged, key=lambda s: (s.tp * s.pp, s.pp))]
    return [split for split in tried if not (split_problem(model, split) or format_problem(model, fmt, split))]


def _asked(model: Model, fmt: Format, split: Split) -> list[Split]:
    """The one cut that is asked for, where its format allows it."""
    return [] if format_problem(model, fmt, split) else [split]


def _refusal(gpu: Accelerator, why: str) -> FitRow:
    return FitRow(
        gpu=gpu.name, fits=False, smallest_tp=None, smallest_gpus=None, split=None, weights_gib=0.0, kv_pool_gib=0.0,
        max_context=0, max_sequences=0, change=why,
    )  # fmt: skip


def _at(
    coefficients: Coefficients,
    model: Model,
    gpu: Accelerator,
    fmt: Format,
    kv: KvFormat,
    engine: Engine,
    split: Split,
    context: int,
    sequences: int,
    losses: Losses,
) -> FitRow:
    designs = Designs.single(model, gpu, fmt, kv, engine, split)
    parts = footprint(designs, coefficients, max_sequences=np.array([float(sequences)]))
    pool = float(parts.kv_pool[0, 0])
    each = float(cache_bytes(designs, np.array(float(context)))[0])
    fits = pool >= each
    return FitRow(
        gpu=gpu.name,
        fits=fits,
        smallest_tp=(split.pp if engine.cuts == "stages" else split.tp) if fits else None,
        smallest_gpus=split.tp * split.pp if fits else None,
        split=str(split) if fits else None,
        weights_gib=float(np.ravel(parts.weights)[0]) / GIB,
        kv_pool_gib=max(0.0, pool) / GIB,
        max_context=longest_context(designs, pool, engine.settings.max_model_len or model.max_context),
        max_sequences=(int(pool // each) if each >= 1.0 else sequences) if fits else 0,
        change="" if fits else _change(coefficients, designs, split, context, sequences, pool - each, losses),
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


def _change(
    coefficients: Coefficients, designs: Designs, split: Split, context: int, sequences: int, room: float,
    losses: Losses,
) -> str:  # fmt: skip
    """What would make it fit at this width, each change alone with the memory it gains; shortage first. Formats are
    those that lose no more than allowed, each with its loss."""
    model, gpu, engine = designs.model, designs.gpus[0], designs.engines[0]
    fmt, kv = designs.formats[0], designs.kv_formats[0]

    def room_of(weights: Format, cache: KvFormat) -> float:
        return _room(coefficients, model, gpu, weights, cache, engine, split, context, sequences)

    tried = [
        (losses.text(other.id, kv.id, other.id), room_of(other, kv))
        for other in ([] if is_converted(model) else formats().values())
        if other.remedy and support(other, gpu, engine.id).level != "none" and not format_problem(model, other, split)
        and losses.allowed(other.id, HALF[0])
    ]  # fmt: skip
    tried += [
        (losses.text(fmt.id, other.id, f"KV {other.id}"), room_of(fmt, other))
        for other in kv_formats().values()
        if other.remedy and kv_supported(other, gpu, engine.id) and kv.bits > other.bits
        and losses.allowed(model.native.format, other.id)
    ]  # fmt: skip
    tried.append(
        ("memory fraction 0.95", _room(coefficients, model, gpu, fmt, kv, engine, split, context, sequences, 0.95))
    )
    few = _room(coefficients, model, gpu, fmt, kv, engine, split, context, min(sequences, 16))
    tried.append(("16 sequences", few))
    gains = [
        f"{name} {(after - room) / GIB:+.1f} GiB{' (fits)' if after >= 0 else ''}"
        for name, after in tried
        if after > room
    ]
    return f"{-room / GIB:.1f} GiB a GPU short at the largest legal split tried ({split}); " + ", ".join(gains)


def _room(
    coefficients: Coefficients, model: Model, gpu: Accelerator, fmt: Format, kv: KvFormat, engine: Engine,
    split: Split, context: int, sequences: int, fraction: float | None = None,
) -> float:  # fmt: skip
    """Bytes left on a GPU after one sequence of `context` tokens; negative when it does not fit."""
    designs = Designs.single(model, gpu, fmt, kv, engine, split)
    parts = footprint(designs, coefficients, max_sequences=np.array([float(sequences)]), fraction=fraction)
    return float(parts.kv_pool[0, 0]) - float(cache_bytes(designs, np.array(float(context)))[0])
