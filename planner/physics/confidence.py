"""How much slower than predicted a design may be, by what its figures rest on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.basis import GROUNDS, Basis
from planner.physics.case import case_of
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs, Ints
from planner.physics.split import Split


def grounds(designs: Designs, coefficients: Coefficients) -> tuple[list[Basis], Ints]:
    """What the figures of designs rest on, each once, and which of them each design has, D: its model on its GPU under
    its engine, its weights and, where these were run, its split."""
    known, d = coefficients.places_run(designs.model.id), designs
    places, place = d.groups("gpu", "engine", "fmt")
    run = np.array([(d.gpus[g].id, d.engines[e].id, d.formats[f].id) in known for g, e, f in places], dtype=bool)[place]
    tp, pp, ep, dp = (np.where(run, width, 1) for width in (d.tp, d.pp, d.ep, d.dp))
    told = replace(d, tp=tp, pp=pp, ep=ep, dp=dp)
    keys, inverse = told.groups("gpu", "engine", "fmt", "tp", "pp", "ep", "dp")
    found = [
        coefficients.basis(case_of(d.model, d.gpus[g], d.engines[e], d.formats[f], Split(*cut)))
        for g, e, f, *cut in keys
    ]
    distinct = {ground: i for i, ground in enumerate(dict.fromkeys(found))}
    return list(distinct), np.array([distinct[ground] for ground in found], dtype=np.int64)[inverse]


def bases(designs: Designs, coefficients: Coefficients) -> list[Basis]:
    """What the figures of each design rest on."""
    found, which = grounds(designs, coefficients)
    return [found[i] for i in which]


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


def cautions(
    found: tuple[list[Basis], Ints], confidence: float, coefficients: Coefficients
) -> tuple[Array, Array]:  # fmt: skip
    """The factors of designs that rest on the `grounds` found, `device` and `first`, D each."""
    factors = [caution_on(ground, confidence, coefficients) for ground in found[0]]
    device, first = (np.array([getattr(f, name) for f in factors], dtype=float) for name in ("device", "first"))
    return device[found[1]], first[found[1]]


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
