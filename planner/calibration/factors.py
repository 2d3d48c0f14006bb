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
TYPED = ("linear", "experts", "head")


@cache
def table() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}


def value(kind: str, key: str, roof: str) -> float:
    """One factor; 1 where nothing was fitted."""
    return float(table().get(kind, {}).get(key, {}).get(roof, 1.0))


def interval(figure: str) -> tuple[float, float]:
    """Cross-validated 90 % interval of a figure: factors on the prediction."""
    low, high = table().get("interval", {}).get(figure, DEFAULT_INTERVAL)
    return float(low), float(high)


def type_key(designs: Designs, fmt: int, gpu: int, engine: int) -> str:
    """The key of a format's compute type: dequantized formats apart from native ones."""
    answer = support(designs.formats[fmt], designs.gpus[gpu], designs.engines[engine].id)
    if answer.level != "native" and designs.formats[fmt].bits != 16:
        return "dequant"
    return answer.compute if answer.compute in ("fp8", "fp4", "int8") else "wide"


def columns(designs: Designs, term: str) -> tuple[Array, Array, Array]:
    """Factors of a term on compute, bandwidth and fixed seconds, as D x 1 columns."""
    names = ("gpu", "engine", "fmt") if term in TYPED else ("gpu", "engine")
    keys, inverse = designs.groups(*names)
    rows = [[_factor(designs, term, roof, *key) for roof in ROOFS] for key in keys]
    spread = np.array(rows, dtype=float).reshape(-1, 3)[inverse]
    return spread[:, [0]], spread[:, [1]], spread[:, [2]]


def _factor(designs: Designs, term: str, roof: str, gpu: int, engine: int, fmt: int | None = None) -> float:
    era = designs.engines[engine].era
    if term == "host":
        return value("engine", era, "host") if roof == "fixed" else 1.0
    product = value("term", term, roof) * value("engine", era, roof)
    if term != "collectives":
        product *= value("generation", designs.gpus[gpu].generation, roof)
    if fmt is not None:
        product *= value("type", type_key(designs, fmt, gpu, engine), roof)
    return product
