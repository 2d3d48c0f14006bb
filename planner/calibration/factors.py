"""Fitted factors on the seconds of each roof: by term, GPU generation, engine and compute type.

A factor of 1 is what the parts (kernel measurements) predict; the fit on end-to-end points moves it, shrunk
towards 1 where evidence is thin. Factors multiply: term x generation x engine x compute type.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from planner.deployment import Designs
from planner.formulas.types import Array
from planner.quantization import support

DATA = Path(__file__).parent / "factors.toml"
ROOFS = ("compute", "bandwidth", "fixed")
DEFAULT_INTERVAL = (0.5, 2.0)
TERMS = (
    "linear", "experts", "head", "attention decode", "latent decode", "state update", "attention prefill", "state prefill",
    "elementwise", "collectives", "prefill start", "host",
)  # fmt: skip
TYPED = ("linear", "experts", "head")


@cache
def table() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}


def value(kind: str, key: str, roof: str) -> float:
    """One factor; 1 where nothing was fitted."""
    return float(table().get(kind, {}).get(key, {}).get(roof, 1.0))


def interval(figure: str, left_out: str = "pair") -> tuple[float, float]:
    """90 % interval of a figure, as factors on the prediction, cross-validated with `left_out` left out."""
    low, high = table().get("interval", {}).get(left_out, {}).get(figure, DEFAULT_INTERVAL)
    return float(low), float(high)


def type_key(designs: Designs, fmt: int, gpu: int, engine: int) -> str:
    """The key of a format's compute type: dequantized formats apart from native ones."""
    answer = support(designs.formats[fmt], designs.gpus[gpu], designs.engines[engine].id)
    if answer.level != "native" and designs.formats[fmt].bits != 16:
        return "dequant"
    return answer.compute if answer.compute in ("fp8", "fp4", "int8") else "wide"


def columns(designs: Designs) -> dict[str, tuple[Array, Array, Array]]:
    """Factors on compute, bandwidth and fixed seconds by term, as D x 1 columns."""
    keys, inverse = designs.groups("gpu", "fmt", "engine")
    kinds = [(designs.gpus[g].generation, designs.engines[e].era, type_key(designs, f, g, e)) for g, f, e in keys]
    distinct = {kind: i for i, kind in enumerate(dict.fromkeys(kinds))}
    place = np.array([distinct[kind] for kind in kinds], dtype=np.int64)[inverse]
    rows = np.array([[[_factor(t, roof, *kind) for roof in ROOFS] for t in TERMS] for kind in distinct])
    spread = rows.reshape(-1, len(TERMS), 3)[place]
    return {t: (spread[:, i, [0]], spread[:, i, [1]], spread[:, i, [2]]) for i, t in enumerate(TERMS)}


def _factor(term: str, roof: str, generation: str, era: str, kind: str) -> float:
    if term == "host":
        return value("engine", era, "host") if roof == "fixed" else 1.0
    product = value("term", term, roof) * value("engine", era, roof)
    if term != "collectives":
        product *= value("generation", generation, roof)
    if term in TYPED:
        product *= value("type", typed(term, kind), roof)
    return product


def typed(term: str, kind: str) -> str:
    """Grouped GEMMs of experts have kernels of their own for each compute type."""
    return f"{kind} experts" if term == "experts" else kind
