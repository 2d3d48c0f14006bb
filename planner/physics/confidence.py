"""How much slower than predicted a design may be, by what its figures rest on."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.physics.basis import Basis
from planner.physics.case import case_of
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.split import Split


def bases(designs: Designs, coefficients: Coefficients) -> list[Basis]:
    """What the figures of each design rest on: its model on its GPU under its engine, its weights and its split."""
    keys, inverse = designs.groups("gpu", "engine", "fmt", "tp", "pp", "ep", "dp")
    grounds = []
    for g, e, f, tp, pp, ep, dp in keys:
        place = designs.gpus[g], designs.engines[e], designs.formats[f]
        grounds.append(coefficients.basis(case_of(designs.model, *place, Split(tp, pp, ep, dp))))
    return [grounds[i] for i in inverse]


def device_factors(designs: Designs, confidence: float, coefficients: Coefficients) -> Array:
    """Factor on every device time of each design, D: at it, `confidence` of such deployments are at least as fast.

    From errors of time per token on sources that the fit has not seen; 1 at a confidence of one half.
    """
    found = bases(designs, coefficients)
    factors = {ground: coefficients.caution(confidence, ground) for ground in set(found)}
    return np.array([factors[ground] for ground in found], dtype=float)


def device_factor(designs: Designs, confidence: float, coefficients: Coefficients) -> float:
    """The factor of a single design."""
    return float(device_factors(designs, confidence, coefficients)[0])


def confidence_text(confidence: float, coefficients: Coefficients) -> str:
    """The factors of a confidence, in words."""
    grounds: tuple[Basis, ...] = ("measured", "calibrated", "physics")
    named = ", ".join(f"{coefficients.caution(confidence, ground):.2f} ({ground})" for ground in grounds)
    return f"planned at {confidence:.0%} confidence: device times x {named}, by what the figures rest on"
