"""The designs of a scope: engines, formats, caches and GPUs that may be chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.formats import Format, KvFormat, find_format, find_kv_format, formats, kv_formats
from models_db.matrices import matrices
from models_db.schema import Model
from planner.physics.design import Designs, enumerate_designs
from planner.physics.engines import Engine, configured
from planner.request.request import Request
from planner.search.market import Market

DRAFTS = 3


DRAFTING = ("vllm", "sglang", "tensorrt-llm")


def scope_designs(request: Request, model: Model, rented: Market) -> Designs:
    """All designs of the scope on the GPUs that can be rented."""
    scope = request.scope
    engines = [configured(name, request.engine) for name in scope.engines]
    if scope.speculative and model.mtp_layers:
        engines += [e.drafting(DRAFTS) for e in engines if e.id in DRAFTING]
    designs = enumerate_designs(
        model,
        rented.gpus,
        scope_formats(scope.formats, model, engines),
        scope_kv_formats(scope.kv_formats),
        engines,
        max_gpus=scope.max_gpus_per_replica,
    )
    return _without_twins(designs, weights=not scope.formats, kv=not scope.kv_formats)


def _without_twins(designs: Designs, *, weights: bool, kv: bool) -> Designs:
    """Leave FP16 out of an open scope where the GPU has BF16: the same bytes at the same rate."""
    has_bf16 = np.array([gpu.peak_dense_tflops.bf16 is not None for gpu in designs.gpus])[designs.gpu]
    half = np.array([f.id == "fp16" for f in designs.formats])[designs.fmt]
    half_kv = np.array([f.id == "fp16" for f in designs.kv_formats])[designs.kv]
    kept = designs.take(~(has_bf16 & ((weights & half) | (kv & half_kv))))
    return replace(kept, refused=designs.refused)


def scope_formats(names: tuple[str, ...], model: Model, engines: list[Engine]) -> list[Format]:
    """The asked formats; by default all but FP32, GGUF only for llama.cpp, one of equals (AWQ and GPTQ)."""
    if names:
        return [find_format(name) for name in names]
    ggml = any(engine.id == "llama.cpp" for engine in engines)
    kept = [f for f in formats().values() if f.id != "fp32" and (ggml or not f.gguf) and _narrows(f, model)]
    return [f for f in kept if not f.id.startswith("gptq") or f.id == model.native.format]


def _narrows(fmt: Format, model: Model) -> bool:
    """Whether a format changes anything of a model: MXFP4 of experts does nothing for a model without."""
    return fmt.bits >= 16 or fmt.gguf is not None or any(fmt.covers(model, m.role) for m in matrices(model))


def scope_kv_formats(names: tuple[str, ...]) -> list[KvFormat]:
    return [find_kv_format(name) for name in names] if names else list(kv_formats().values())
