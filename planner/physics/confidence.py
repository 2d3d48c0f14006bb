"""How much slower than predicted a design may be, by what its figures rest on."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.basis import GROUNDS, Basis
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


@dataclass(frozen=True, slots=True)
class Caution:
    """Factors on what is predicted: `device` on every device time, `first` on what first tokens then take. Each from
    errors of its own figure, time per token and time to first token."""

    device: float = 1.0
    first: float = 1.0


# As predicted.
CENTRAL = Caution()


def caution_on(ground: Basis, confidence: float, coefficients: Coefficients) -> Caution:
    """The factors at which `confidence` of the deployments on a basis are at least as fast; 1 at one half.

    From errors on sources that the fit has not seen.
    """
    device, first = (coefficients.caution(confidence, ground, figure) for figure in ("tpot", "ttft"))
    return Caution(device, max(first / device, 1.0))


def cautions(designs: Designs, confidence: float, coefficients: Coefficients) -> tuple[Array, Array]:
    """The factors of each design, `device` and `first`, D each."""
    found = bases(designs, coefficients)
    factors = {ground: caution_on(ground, confidence, coefficients) for ground in set(found)}
    device, first = ([getattr(factors[ground], name) for ground in found] for name in ("device", "first"))
    return np.array(device, dtype=float), np.array(first, dtype=float)


def caution_of(designs: Designs, confidence: float, coefficients: Coefficients) -> Caution:
    """The factors of a single design."""
    return caution_on(bases(designs, coefficients)[0], confidence, coefficients)


def confidence_text(confidence: float, coefficients: Coefficients) -> str:
    """The factors of a confidence, in words."""
    grounds = (*GROUNDS, *dict.fromkeys(run.basis for run in coefficients.own.runs))
    found = {ground: caution_on(ground, confidence, coefficients) for ground in grounds}
    device = ", ".join(f"{factors.device:.2f} ({ground})" for ground, factors in found.items())
    first = ", ".join(f"{factors.first:.2f}" for factors in found.values())
    return (
        f"planned at {confidence:.0%} confidence: device times x {device}, by what the figures rest on; "
        f"first tokens x {first} more"
    )
