"""Fitted factors on the seconds of each roof, as columns over designs."""

from __future__ import annotations

import numpy as np

from hardware_db.schema import Accelerator
from models_db.schema import Model
from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.factor_keys import ROOFS, TERMS, ClientPlace, Where
from planner.physics.kernels import support
from planner.physics.layers import mixer_of
from planner.physics.own import NOTHING, OwnFactors


def where(designs: Designs, fmt: int, gpu: int, engine: int, own: OwnFactors = NOTHING) -> Where:
    """What decides the factors of the designs with these indices; `own`: a user's runs, which tell GPUs apart."""
    accelerator, runtime = designs.gpus[gpu], designs.engines[engine]
    family = "other" if runtime.era.startswith("other") else runtime.id
    compute = _compute_type(designs, fmt, gpu, engine)
    place = accelerator.joined.inside.key
    model = designs.model
    return Where(
        runtime.era,
        family,
        accelerator.maker,
        accelerator.generation,
        place,
        model.id,
        compute,
        mixer_of(model),
        *own_names(own, accelerator, runtime, model),
    )


def own_names(own: OwnFactors, gpu: Accelerator, engine: Engine, model: Model) -> tuple[str, str]:
    """The GPU's id and the model's family, where a user measured this GPU under this engine; else nothing."""
    return (gpu.id, model.family) if own.has(gpu.id, engine.id) else ("", "")


def client_place(designs: Designs, gpu: int, engine: int, own: OwnFactors) -> ClientPlace:
    """What decides the client terms of the designs with these indices."""
    accelerator, runtime = designs.gpus[gpu], designs.engines[engine]
    name, _ = own_names(own, accelerator, runtime, designs.model)
    return ClientPlace(runtime.era, accelerator.generation, mixer_of(designs.model), name, runtime.id)


def _compute_type(designs: Designs, fmt: int, gpu: int, engine: int) -> str:
    """A format's compute type: dequantized formats apart from native ones, and by the kernels that widen them."""
    form, runtime = designs.formats[fmt], designs.engines[engine].id
    answer = support(form, designs.gpus[gpu], runtime)
    if answer.level == "native" or form.bits == 16:
        kind = answer.compute if answer.compute in ("fp8", "fp4", "int8") else "wide"
        return f"{kind} {form.group}" if kind == "fp4" and form.group != 16 else kind
    if runtime == "llama.cpp":
        return "dequant gguf"
    return "dequant fp4" if form.kind == "float" and form.bits == 4 else "dequant"


def columns(designs: Designs, coefficients: Coefficients) -> dict[str, tuple[Array, Array, Array]]:
    """Factors on compute, bandwidth and fixed seconds by term, as D x 1 columns."""
    combinations, inverse = designs.groups("gpu", "fmt", "engine")
    places = [where(designs, f, g, e, coefficients.own) for g, f, e in combinations]
    distinct = {place: i for i, place in enumerate(dict.fromkeys(places))}
    rows = np.array([distinct[place] for place in places], dtype=np.int64)[inverse]
    factors = np.array([[[coefficients.factor(t, roof, place) for roof in ROOFS] for t in TERMS] for place in distinct])
    spread = factors.reshape(-1, len(TERMS), len(ROOFS))[rows]
    return {t: (spread[:, i, [0]], spread[:, i, [1]], spread[:, i, [2]]) for i, t in enumerate(TERMS)}
