"""Work of one kind of operator under each roof, and the seconds that calibration makes of it. All D x B."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from planner.formulas.powers import both
from planner.formulas.roofline import smooth_roof_s
from planner.formulas.types import Array
from planner.frozen import dataclass

# The term of kernels that the host launches one by one, and those that no device works on.
LAUNCHES = "prefill start"
OFF_DEVICE = (LAUNCHES, "host")


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds that one kind of operator would spend under each roof alone, before calibration."""

    compute_s: Array
    memory_s: Array
    fixed_s: Array

    def __add__(self, other: Work) -> Work:
        return Work(self.compute_s + other.compute_s, self.memory_s + other.memory_s, self.fixed_s + other.fixed_s)


@dataclass(frozen=True, slots=True)
class Term:
    """Seconds of one kind of operator, and what each of its roofs alone would take."""

    seconds: Array
    compute_s: Array
    memory_s: Array
    fixed_s: Array

    @classmethod
    def of(cls, work: Work, factors: tuple[Array, Array, Array], exponent: float) -> Term:
        """The roofs of a whole term meet smoothly: (compute^p + memory^p)^(1/p) + fixed."""
        compute, memory, fixed = (
            value * factor for value, factor in zip((work.compute_s, work.memory_s, work.fixed_s), factors, strict=True)
        )
        return cls(smooth_roof_s(compute, memory, exponent=exponent) + fixed, compute, memory, fixed)

    def binding(self) -> str:
        """The roof that binds, for scalar terms."""
        roofs = {"compute": self.compute_s, "bandwidth": self.memory_s, "latency": self.fixed_s}
        return max(roofs, key=lambda name: float(np.max(roofs[name])))


@dataclass(frozen=True, slots=True)
class StepTime:
    """A step by kind of operator; `total_s` is what the engine's clock shows."""

    terms: dict[str, Term]

    @classmethod
    def of(cls, terms: dict[str, Term]) -> StepTime:
        """The step of terms that each stand alone: of launches, its seconds are what they add to it."""
        start = terms[LAUNCHES]
        added = launches_s(_device_s({name: term.seconds for name, term in terms.items()}), start.seconds)
        return cls(terms | {LAUNCHES: replace(start, seconds=added)})

    @property
    def total_s(self) -> Array:
        return sum(term.seconds for term in self.terms.values())


def launches_s(device_s: Array, launch_s: Array) -> Array:
    """What launching every kernel by itself adds to a step: the device works on those before meanwhile, so that the
    longer of the two shows."""
    return both(device_s, launch_s) - device_s


def step_s(seconds: Mapping[str, Array]) -> Array:
    """Seconds of a step from those of its terms, each alone."""
    device = _device_s(seconds)
    return device + launches_s(device, seconds[LAUNCHES]) + seconds["host"]


def _device_s(seconds: Mapping[str, Array]) -> Array:
    return sum(value for name, value in seconds.items() if name not in OFF_DEVICE)


def roofs(flop: Array, nbytes: Array, flop_per_s: Array, bytes_per_s: Array, launch_s: Array, copies: float) -> Work:
    """`copies` operators of `flop` and `nbytes` each, at these rates, each launched for itself."""
    return Work(copies * flop / flop_per_s, copies * nbytes / bytes_per_s, copies * launch_s * np.ones(1))


def fixed(seconds: Array) -> Work:
    """Work that neither computes nor streams."""
    return Work(np.zeros(1), np.zeros(1), seconds)


def zero() -> Work:
    """No work, 1 x 1: what the parts of a term are added to."""
    nothing = np.zeros((1, 1))
    return Work(nothing, nothing, nothing)
