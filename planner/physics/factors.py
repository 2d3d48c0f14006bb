"""Fitted factors on the seconds of each roof, as columns over designs."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, Ints
from planner.physics.factor_keys import ROOFS, TERMS, TYPED, ClientPlace, Where, own_case
from planner.physics.kernels import support
from planner.physics.layers import mixer_of
from planner.physics.own import NOTHING, OwnFactors
from planner.physics.split import Split


def where(designs: Designs, own: OwnFactors = NOTHING) -> tuple[list[Where], Ints]:
    """What decides the factors, each once, and the index of each design's; `own`: a user's runs, which tell GPUs, and
    splits on them, apart."""
    names = ("gpu", "fmt", "engine") + (("tp", "pp", "ep", "dp") if own.runs else ())
    keys, inverse = designs.groups(*names)
    places = [_where(designs, own, *key[:3], *key[3:]) for key in keys]
    distinct = {place: i for i, place in enumerate(dict.fromkeys(places))}
    return list(distinct), np.array([distinct[place] for place in places], dtype=np.int64)[inverse]


def _where(designs: Designs, own: OwnFactors, gpu: int, fmt: int, engine: int, *cuts: int) -> Where:
    accelerator, runtime = designs.gpus[gpu], designs.engines[engine]
    family = "other" if runtime.era.startswith("other") else runtime.id
    measured = own.has(accelerator.id, runtime.id)
    return Where(
        runtime.era,
        family,
        accelerator.maker,
        accelerator.generation,
        accelerator.joined.inside.key,
        designs.model.id,
        _compute_type(designs, fmt, gpu, engine),
        mixer_of(designs.model),
        accelerator.id if measured else "",
        str(Split(*cuts)) if measured else "",
    )


def client_places(designs: Designs, own: OwnFactors = NOTHING) -> tuple[list[ClientPlace], Ints]:
    """What decides the client terms, and the index of each design's."""
    if own.runs:
        places, inverse = where(designs, own)
        return [ClientPlace(p.era, p.generation, p.mixer, own_case(p)) for p in places], inverse
    keys, inverse = designs.groups("engine", "gpu")
    mixer = mixer_of(designs.model)
    return [ClientPlace(designs.engines[e].era, designs.gpus[g].generation, mixer) for e, g in keys], inverse


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
    distinct, rows = where(designs, coefficients.own)
    factors = np.array([_of_place(place, coefficients) for place in distinct])
    spread = factors.reshape(-1, len(TERMS), len(ROOFS))[rows]
    return {t: (spread[:, i, [0]], spread[:, i, [1]], spread[:, i, [2]]) for i, t in enumerate(TERMS)}


def _of_place(place: Where, coefficients: Coefficients) -> Array:
    """Factors of all terms under all roofs, TERMS x ROOFS; those of a place are asked for again and again."""
    known = coefficients.by_place
    if place not in known:
        known[place] = np.array([_of_term(term, place, coefficients) for term in TERMS])
    return known[place]


def _of_term(term: str, place: Where, coefficients: Coefficients) -> tuple[float, ...]:
    """Factors of one term under all roofs: most depend on neither link nor compute type, in which places differ."""
    kernels, link = place.compute if term in TYPED else "", place.link if term == "collectives" else ""
    asked = (
        term, place.era, place.family, place.maker, place.generation, place.model, kernels, link, own_case(place),
    )  # fmt: skip
    known = coefficients.by_term
    if asked not in known:
        known[asked] = tuple(coefficients.factor(term, roof, place) for roof in ROOFS)
    return known[asked]
