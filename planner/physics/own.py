"""What a user's own measurements make of a GPU under an engine: factors on top of the fitted ones, and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated

from pydantic import AfterValidator, Field, InstanceOf

from planner.frozen import dataclass
from planner.physics.basis import own_basis
from planner.physics.checked import Bounded, unchecked
from planner.physics.coefficient_parts import Interval, PositiveFactor
from planner.physics.factor_keys import Key

OwnCaution = Annotated[float, Field(ge=1, le=1e6)]
Sure = Annotated[float, Field(gt=0, lt=1)]
OwnGib = Annotated[float, Field(ge=-1e4, le=1e4, allow_inf_nan=False)]


def _rising(told: Mapping[float, float]) -> Mapping[float, float]:
    """Who is to be surer counts on no less."""
    factors = [told[sure] for sure in sorted(told)]
    if factors != sorted(factors):
        raise ValueError("the factors fall as the confidence rises")
    return told


@dataclass(frozen=True)
class MeasuredPlace(Bounded):
    """Measured runs of one configuration: a GPU under an engine with a model in a weight format (their ids), cut in a
    way. Other configurations differ from their predictions in other ways, and keep their intervals.

    day: of the last of them; points: runs; intervals: figure -> 90 % interval, as factors on the prediction; cautions:
    latency -> confidence -> factor that so many stay below.
    """

    gpu: str
    engine: str
    model: str
    weights: str
    split: str
    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    points: Annotated[int, Field(ge=1)]
    intervals: Mapping[str, Interval]
    cautions: Mapping[str, Annotated[Mapping[Sure, OwnCaution], AfterValidator(_rising)]]

    @property
    def configuration(self) -> tuple[str, str, str, str, str]:
        """As that of a case."""
        return self.model, self.gpu, self.engine, self.weights, self.split

    @property
    def basis(self) -> str:
        return own_basis(self.day, self.points)


@dataclass(frozen=True)
class OwnFactors(Bounded):
    """Factors on seconds and client terms that hold for the GPUs and engines of `runs` alone, and those runs.

    memory: GiB that an engine holds on one GPU beside weights and cache, beyond what is predicted, by GPU, engine and
    model family.
    """

    factors: Mapping[Key, PositiveFactor]
    runs: tuple[InstanceOf[MeasuredPlace], ...]
    memory: Mapping[tuple[str, str, str], OwnGib] = field(default_factory=dict)

    def has(self, gpu: str, engine: str) -> bool:
        """Whether this GPU was measured under this engine."""
        return any((run.gpu, run.engine) == (gpu, engine) for run in self.runs)

    def of(self, configuration: tuple[str, ...]) -> MeasuredPlace | None:
        return next((run for run in self.runs if run.configuration == configuration), None)

    def intervals(self) -> dict[str, dict[str, Interval]]:
        """By basis: where two carry the same words, the wider of each end."""
        out: dict[str, dict[str, Interval]] = {}
        for run in self.runs:
            table = out.setdefault(run.basis, {})
            for figure, (low, high) in run.intervals.items():
                before = table.get(figure, (low, high))
                table[figure] = min(low, before[0]), max(high, before[1])
        return out

    def cautions(self) -> dict[str, dict[str, dict[float, float]]]:
        """By basis, as `intervals`."""
        out: dict[str, dict[str, dict[float, float]]] = {}
        for run in self.runs:
            for figure, told in run.cautions.items():
                table = out.setdefault(run.basis, {}).setdefault(figure, {})
                table |= {sure: max(value, table.get(sure, 1.0)) for sure, value in told.items()}
        return out


NOTHING = unchecked(OwnFactors, factors={}, runs=(), memory={})
