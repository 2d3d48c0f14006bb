"""The types of the K and the V cache as one cache format of a model."""

from __future__ import annotations

from dataclasses import replace

from models_db.cache import cache_layers
from models_db.formats import KvFormat, find_kv_format
from models_db.schema import Model
from planner.errors import InputError
from planner.physics.engines import Engine
from planner.physics.ggml.build import Build
from planner.physics.ggml.held import cell_bits
from planner.physics.ggml.run_of import build_at, cache_types, flash_of

NAMES = {"f16": "fp16"}


def cache_format(model: Model, engine: Engine, otherwise: KvFormat) -> KvFormat:
    """The cache of a model under an engine as it is set: of the stated types, with their mean bits an element.

    Raises InputError for a quantized V without flash attention, which llama.cpp refuses.
    """
    if not engine.ggml:
        return otherwise
    build = build_at(engine)
    k_bits, v_bits = cache_types(engine, otherwise)
    if v_bits < 16 and not flash_of(engine, build):
        raise InputError("engine.cache_type_v: a quantized V needs flash attention (engine.flash_attn: on)")
    settings = engine.settings
    k, v = settings.cache_type_k, settings.cache_type_v
    if k or v:
        otherwise = find_kv_format("/".join(NAMES.get(t or "f16", t or "f16") for t in (k, v)))
    if "/" not in otherwise.id:
        return otherwise
    return replace(otherwise, bits=_bits(model, k_bits, v_bits, build))


def _bits(model: Model, k_bits: float, v_bits: float, build: Build) -> float:
    """Mean bits of the elements that are kept."""
    layers = [layer for layer in cache_layers(model) if layer.stored]
    bits = sum(layer.count * cell_bits(layer, k_bits, v_bits, build) for layer in layers)
    whole = sum(layer.count * cell_bits(layer, 1.0, 1.0, build) for layer in layers)
    return bits / whole if whole else k_bits
