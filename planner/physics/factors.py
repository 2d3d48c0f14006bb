"""Fitted factors on the seconds of each roof, multiplied along `unknowns.keys`.

A factor of 1 is what the parts (kernel measurements) predict; the fit on end-to-end points moves it, shrunk
towards 1 where evidence is thin. What was never fitted (a model, an engine, a GPU nobody measured) is 1.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from planner.formulas.types import Array
from planner.physics import factors
from planner.physics.basis import Basis
from planner.physics.coefficients import link_class
from planner.physics.design import Designs
from planner.physics.factor_keys import FLOORS, ROOFS, TERMS, Key, Where, client_keys, keys
from planner.physics.kernels import support
from planner.physics.layers import mixer_of

DATA = Path(__file__).parent / "factors.json"
DEFAULT_INTERVAL = (0.5, 2.0)


@cache
def table() -> dict[str, Any]:
    return json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}


@cache
def value(key: Key) -> float:
    """One factor; 1 where nothing was fitted."""
    kind, name, roof = key
    return float(table().get(kind, {}).get(name, {}).get(roof, 1.0))


@cache
def client(name: str, era: str, generation: str, mixer: str) -> float:
    """Factor on a client term's start value."""
    return float(np.prod([value(key) for key in client_keys(name, era, generation, mixer)]))


def interval(figure: str, left_out: str = "pair") -> tuple[float, float]:
    """90 % interval of a figure, as factors on the prediction, cross-validated with `left_out` left out."""
    low, high = table().get("interval", {}).get(left_out, {}).get(figure, DEFAULT_INTERVAL)
    return float(low), float(high)


def figures() -> list[str]:
    """Figures with an interval, those of the loads after the figure that they are of."""
    return sorted(table().get("interval", {}).get("pair", {}))


@cache
def evidence(name: str) -> frozenset[tuple[str, str]]:
    """Pairs that were fitted: `pairs` (model, GPU), `combos` (engine era, generation), `llama.cpp pairs`."""
    found = table().get("evidence", {}).get(name, [])
    return frozenset((a, b) for a, _, b in (text.rpartition(" @ ") for text in found))


def basis(model: str, gpu: str, era: str, generation: str) -> Basis:
    """measured: this model on this GPU is in the evidence; calibrated: engine and generation are; else physics."""
    if (model, gpu) in evidence("pairs"):
        return "measured"
    return "calibrated" if (era, generation) in evidence("combos") else "physics"


def interval_on(figure: str, ground: Basis, load: str = "") -> tuple[float, float]:
    """Factors of the 90 % interval of a figure on a basis: physics alone errs as on GPUs left out, or more.

    `load` names a kind of load that may have an interval of its own: bursts are told closer than static batches.
    """
    own = f"{figure} {load}"
    figure = own if own in table().get("interval", {}).get("pair", {}) else figure
    low, high = interval(figure)
    if ground != "physics":
        return low, high
    far_low, far_high = interval(figure, "gpu")
    return min(low, far_low), max(high, far_high)


def where(designs: Designs, fmt: int, gpu: int, engine: int) -> Where:
    """What decides the factors of the designs with these indices."""
    accelerator, runtime = designs.gpus[gpu], designs.engines[engine]
    family = "other" if runtime.era.startswith("other") else runtime.id
    compute = _compute_type(designs, fmt, gpu, engine)
    place = link_class(accelerator)
    model = designs.model
    return Where(
        runtime.era, family, accelerator.maker, accelerator.generation, place, model.id, compute, mixer_of(model)
    )


def _compute_type(designs: Designs, fmt: int, gpu: int, engine: int) -> str:
    """A format's compute type: dequantized formats apart from native ones, and by the kernels that widen them."""
    form, runtime = designs.formats[fmt], designs.engines[engine].id
    answer = support(form, designs.gpus[gpu], runtime)
    if answer.level == "native" or form.bits == 16:
        return answer.compute if answer.compute in ("fp8", "fp4", "int8") else "wide"
    if runtime == "llama.cpp":
        return "dequant gguf"
    return "dequant fp4" if form.kind == "float" and form.bits == 4 else "dequant"


def columns(designs: Designs) -> dict[str, tuple[Array, Array, Array]]:
    """Factors on compute, bandwidth and fixed seconds by term, as D x 1 columns."""
    combinations, inverse = designs.groups("gpu", "fmt", "engine")
    places = [where(designs, f, g, e) for g, f, e in combinations]
    distinct = {place: i for i, place in enumerate(dict.fromkeys(places))}
    rows = np.array([distinct[place] for place in places], dtype=np.int64)[inverse]
    factors = np.array([[[_factor(t, roof, place) for roof in ROOFS] for t in TERMS] for place in distinct])
    spread = factors.reshape(-1, len(TERMS), len(ROOFS))[rows]
    return {t: (spread[:, i, [0]], spread[:, i, [1]], spread[:, i, [2]]) for i, t in enumerate(TERMS)}


@cache
def _factor(term: str, roof: str, place: Where) -> float:
    product = 1.0
    for key in keys(term, roof, place):
        product *= value(key)
    return max(product, float(np.exp(FLOORS.get((term, roof), -np.inf))))


def caution(confidence: float) -> float:
    """Factor on every device time so that `confidence` of deployments are at least this fast.

    The measured spread of TPOT is taken as lognormal through its 95 % quantile.
    """
    _, high = factors.interval("tpot")
    return float(high ** (NormalDist().inv_cdf(confidence) / NormalDist().inv_cdf(0.95)))
