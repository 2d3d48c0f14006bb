"""Operators of a step under the roofs of one GPU [Williams 2009]: FLOP, bytes and seconds of each.

Terms of a step are seconds under roofs that calibration has moved. The same work on a GPU that does one FLOP and moves
one byte a second says how many FLOP and bytes these seconds stand for.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hardware_db.schema import Accelerator
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.design import Designs
from planner.physics.kernels import rate_flop_per_s, support, wide_type
from planner.physics.rates import Rates, wide_flop_per_s
from planner.physics.step import DECODE_TERMS, Load, StepModel
from planner.physics.work import StepTime

# What computes, and what moves bytes only; links, launches and the host are under no roof of the GPU.
COMPUTES = ("linear", "experts", "head", *dict.fromkeys(DECODE_TERMS.values()), "attention prefill", "state prefill")
ON_DEVICE = (*COMPUTES, "quantize", "elementwise")
EFFICIENCIES = (
    "expert_compute", "expert_bandwidth", "attention_prefill_compute", "attention_decode_compute",
    "attention_decode_bandwidth", "state_bandwidth",
)  # fmt: skip
WHOLE = "whole step"


@dataclass(frozen=True, slots=True)
class ComputeRoof:
    """The peak of one number format on the datasheet."""

    name: str
    flop_per_s: float


@dataclass(frozen=True, slots=True)
class RooflinePoint:
    """An operator in a step of one phase, on one GPU; `nbytes` is 0 where its time is compute alone."""

    phase: str
    name: str
    flop: float
    nbytes: float
    seconds: float

    @property
    def flop_per_byte(self) -> float:
        return self.flop / self.nbytes if self.nbytes else float("inf")

    @property
    def flop_per_s(self) -> float:
        return self.flop / self.seconds


@dataclass(frozen=True, slots=True)
class Roofline:
    """Datasheet roofs of one GPU, and the operators below them; the whole step of each phase is the first of it."""

    roofs: tuple[ComputeRoof, ...]
    bytes_per_s: float
    points: tuple[RooflinePoint, ...]


def roofline(model: StepModel, at: Load, steps: dict[str, StepTime]) -> Roofline:
    """Steps of one design by phase; `at`: a step with sequences and a prompt, on which seconds are counted back."""
    counted, timed = _counting(model).work(at), model.work(at)
    scales: dict[str, tuple[float, float]] = {}
    for name in ON_DEVICE:
        compute, memory, _ = model.factors[name]
        scales[name] = (
            _ratio(counted[name].compute_s, timed[name].compute_s * compute),
            _ratio(counted[name].memory_s, timed[name].memory_s * memory),
        )
    points = [point for phase, step in steps.items() for point in _points(phase, step, scales)]
    return Roofline(_roofs(model.designs), float(_gpu(model.designs).bandwidth_bytes_per_s), tuple(points))


def _points(phase: str, step: StepTime, scales: dict[str, tuple[float, float]]) -> list[RooflinePoint]:
    """The whole step, then its operators."""
    found = []
    for name, (flop, nbytes) in scales.items():
        term = step.terms[name]
        found.append(
            RooflinePoint(phase, name, flop * _one(term.compute_s), nbytes * _one(term.memory_s), _one(term.seconds))
        )
    computes = [p for p in found if p.flop > 0.0 and p.name in COMPUTES]
    whole = sum(p.flop for p in found), sum(p.nbytes for p in found), _one(step.total_s)
    return [RooflinePoint(phase, WHOLE, *whole), *sorted(computes, key=lambda p: -p.seconds)]


def _counting(model: StepModel) -> StepModel:
    """The same design on a GPU that does one FLOP and moves one byte a second, with nothing lost."""
    ones = np.ones((1, 1))
    operators = replace(model.coefficients.operators, **dict.fromkeys(EFFICIENCIES, 1.0))
    coefficients = replace(model.coefficients, operators=operators)
    return replace(model, coefficients=coefficients, rates=Rates(*[ones] * len(Rates.__slots__)), drafters=())


def _roofs(designs: Designs) -> tuple[ComputeRoof, ...]:
    """Of 16-bit work, and of the type that kernels multiply the weights in."""
    gpu, fmt, engine = _gpu(designs), designs.formats[designs.fmt[0]], designs.engines[designs.engine[0]]
    own = support(fmt, gpu, engine.id).compute
    wide = "fp32" if own == "fp32" else wide_type(gpu)
    rates = {wide: wide_flop_per_s(gpu, engine, wide), own: rate_flop_per_s(gpu, own)} if own else {}
    return tuple(ComputeRoof(name, rate) for name, rate in rates.items() if rate)


def _gpu(designs: Designs) -> Accelerator:
    gpu: Accelerator = designs.gpus[designs.gpu[0]]
    return gpu


def _ratio(counted: Array, seconds: Array) -> float:
    value = _one(seconds)
    return _one(counted) / value if value > 0.0 else 0.0


def _one(values: Array) -> float:
    return float(np.max(np.asarray(values)))
