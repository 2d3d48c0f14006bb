"""The designs of a scope: engines, formats, caches and GPUs that may be chosen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import get_args

import numpy as np

from hardware_db.schema import OfferClass
from models_db.checkpoints import is_converted, is_wide, stated_format
from models_db.formats import Format, KvFormat, find_format, find_kv_format, formats, kv_formats, served_format
from models_db.matrices import matrices
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.deployment import engine_for
from planner.physics.design import Designs, enumerate_designs
from planner.physics.drafting import Drafting
from planner.physics.engines import Engine, engines
from planner.physics.kernels import HALF, has_twin
from planner.physics.own_engine import usual_engine
from planner.plan.quality import allowed_pairs
from planner.progress import checkpoint
from planner.request.lengths import NO_OUTPUT
from planner.request.presets import presets
from planner.request.request import Request
from planner.search.market import Market

DRAFTS = 3


def scope_designs(request: Request, model: Model, rented: Market, catalogs: Catalogs) -> Designs:
    """All designs of the scope on the rented GPUs, in formats that are named or lose no more than allowed.

    Raises InputError where the model cannot draft as asked.
    """
    checkpoint()
    scope = request.scope
    runtimes = [engine_for(model, name, request.engine, catalogs) for name in scope.engines or engines()]
    runtimes = [engine for engine in runtimes if scope.engines or not _needs_slots(engine)]
    for engine in runtimes:
        _must_be_plannable(engine)
    if scope.speculative and model.mtp_layers:
        runtimes += [e.speculating(Drafting("mtp", DRAFTS)) for e in runtimes if e.drafts]
    weights, caches = scope_formats(scope.formats, model, runtimes), scope_kv_formats(scope.kv_formats)
    pairs = allowed_pairs(request, model, weights, caches)
    designs = enumerate_designs(
        model,
        rented.gpus,
        [fmt for fmt in weights if any(fmt.id == name for name, _ in pairs)],
        [kv for kv in caches if any(kv.id == name for _, name in pairs)],
        runtimes,
        max_gpus=scope.max_gpus_per_replica,
        networked=rented.spanned,
    )
    kept = _of_pairs(designs, pairs)
    if not scope.formats:
        kept = _without_sideways(kept, model)
    return _without_twins(kept, weights=not scope.formats, kv=not scope.kv_formats)


def _needs_slots(engine: Engine) -> bool:
    """Whether its server has a cache for each of its sequences and is not told how many."""
    return engine.ggml and not engine.slots_share and engine.settings.parallel is None


def _must_be_plannable(engine: Engine) -> None:
    """Raise InputError for an engine that is not told how many caches it keeps, and for types of a cache, which the
    scope states."""
    if _needs_slots(engine):
        raise InputError(
            f"{engine.name} keeps a cache for each sequence: a plan needs engine.parallel and engine.ctx_size"
        )
    if engine.settings.cache_type_k or engine.settings.cache_type_v:
        raise InputError("scope.kv_formats: a plan takes the types of K and V from here (q8_0/q4_0)")


def under_usual_engine(request: Request, catalogs: Catalogs) -> Request:
    """The request in the engine that its checkpoint is taken under; itself where it names engines or no model."""
    if request.model is None or "engines" in request.scope.model_fields_set:
        return request
    name = usual_engine(catalogs.models.find(request.model).model)
    if request.scope.engines == (name,):
        return request
    return request.model_copy(update={"scope": request.scope.model_copy(update={"engines": (name,)})})


def of_its_task(request: Request, catalogs: Catalogs) -> Request:
    """The request as its model answers it: one that generates nothing passes over the prompt and is done, which counts
    as one output token. Raises InputError where a time per output token is limited."""
    if request.model is None or catalogs.models.find(request.model).model.task == "generate":
        return request
    limited = next((key for key in request.sla if key.startswith("tpot")), None)
    if limited is not None:
        raise InputError(
            f"sla.{limited}: {request.model[:120]} generates no tokens; limit ttft, the time of its answer"
        )
    return request if request.output_tokens == NO_OUTPUT else request.model_copy(update={"output_tokens": NO_OUTPUT})


def _of_pairs(designs: Designs, pairs: Collection[tuple[str, str]]) -> Designs:
    """The designs whose weight and cache format may be chosen together."""
    table = np.array([[(f.id, kv.id) in pairs for kv in designs.kv_formats] for f in designs.formats], dtype=bool)
    if table.all():
        return designs
    return replace(designs.take(table[designs.fmt, designs.kv]), refused=designs.refused)


def _without_sideways(designs: Designs, model: Model) -> Designs:
    """Leave out what a checkpoint of fewer than 16 bits could be converted to without getting narrower, where a GPU and
    an engine run it as it is: an FP8 checkpoint stays so, and is not made INT8."""
    own = find_format(model.native.format)
    if is_wide(own):
        return designs
    native = np.array([fmt.id == own.id for fmt in designs.formats], dtype=bool)
    narrower = np.array([fmt.nominal_bits < own.nominal_bits for fmt in designs.formats], dtype=bool)
    place = designs.gpu * len(designs.engines) + designs.engine
    runs = np.isin(place, place[native[designs.fmt]])
    kept = designs.take(~runs | (native | narrower)[designs.fmt])
    return replace(kept, refused=designs.refused)


def _without_twins(designs: Designs, *, weights: bool, kv: bool) -> Designs:
    """Leave a format out of an open scope where the GPU has its twin's type: the same bytes at the same rate."""
    keys, inverse = designs.groups("gpu", "fmt", "kv")
    d = designs
    left = [
        (weights and has_twin(d.formats[f], d.gpus[g])) or (kv and has_twin(d.kv_formats[k], d.gpus[g]))
        for g, f, k in keys
    ]
    kept = designs.take(~np.array(left, dtype=bool)[inverse])
    return replace(kept, refused=designs.refused)


def scope_formats(names: tuple[str, ...], model: Model, engines: list[Engine]) -> list[Format]:
    """The asked formats; by default those proposed, GGUF only for engines whose own it is. Of a checkpoint that was
    quantized from another one its own alone: the others are made from that one."""
    if names:
        return [stated_format(name, model) for name in names]
    if is_converted(model):
        return [find_format(model.native.format)]
    ggml = any(engine.stores_gguf for engine in engines)
    kept = [f for f in formats().values() if f.proposed != "never" and (ggml or not f.gguf) and _narrows(f, model)]
    own = served_format(model, HALF[0]).id
    return [f for f in kept if f.proposed == "always" or f.id == own]


def _narrows(fmt: Format, model: Model) -> bool:
    """Whether a format changes anything of a model: MXFP4 of experts does nothing for a model without."""
    return fmt.bits >= 16 or fmt.gguf is not None or any(fmt.covers(model, m) for m in matrices(model))


def scope_kv_formats(names: tuple[str, ...]) -> list[KvFormat]:
    return [find_kv_format(name) for name in names] if names else [kv for kv in kv_formats().values() if kv.proposed]


def scope_choices(catalogs: Catalogs) -> dict[str, tuple[str, ...]]:
    """What a request may name, by key; GPUs that are rented only."""
    hardware = catalogs.hardware
    rented = {offer.accelerator for offer in hardware.offers}
    return {
        "gpus": tuple(gpu.name for gpu in hardware.accelerators.values() if gpu.id in rented),
        "formats": tuple(formats()), "kv_formats": tuple(kv_formats()), "engines": tuple(engines()),
        "providers": tuple(sorted({offer.provider for offer in hardware.offers})), "presets": tuple(presets()),
        "offer_classes": get_args(OfferClass),
    }  # fmt: skip
