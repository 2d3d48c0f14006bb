"""Simulations that were run, by what they depend on: the same replicas on other offers are not simulated again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from planner.answers import Simulation
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution
from planner.physics.design import Designs
from planner.progress import Progress
from planner.request.request import Request
from planner.simulation.limits import Breach, BrokenError
from planner.simulation.replicas import Setup
from planner.simulation.simulated import simulated
from planner.simulation.work import RunSteps, StepBudget
from planner.simulation.workload import generated

# The simulations of some plans.
KEPT = 256


@dataclass(frozen=True)
class Run:
    """One simulation: replicas of a design, and the traffic drawn for them.

    span_s: seconds that are drawn; seed: of the draw; setup: replicas and how requests are sent to them; caution:
    factors on device times; sla: limits that end the run where they are broken whatever follows, None to run to the
    end.
    """

    design: Designs
    max_sequences: int
    request: Request
    span_s: float
    seed: int
    setup: Setup
    caution: Caution
    sla: Mapping[str, float] | None = None

    @property
    def key(self) -> Hashable:
        """All that the answer depends on beside the coefficients, as values."""
        asked, broken = self.request, None if self.sla is None else tuple(self.sla.items())
        drawn = asked.traffic, asked.input_tokens, asked.output_tokens, self.span_s, self.seed
        limits = tuple(asked.sla.items()), broken
        return *_values(self.design), self.max_sequences, drawn, limits, self.setup, self.caution

    def simulated(self, coefficients: Coefficients, progress: Progress | None, work: StepBudget) -> Simulation:
        """Run it. Raises BrokenError where a limit of `sla` is broken, TooLongError beyond `work`."""
        drawn = generated(self.request, self.span_s, self.seed, self.design.model.max_context)
        told = progress if self.sla is None else Breach(drawn.jobs, self.sla, progress)
        return simulated(
            self.design, self.request, drawn, self.setup, coefficients, max_sequences=self.max_sequences,
            caution=self.caution, progress=told, work=work,
        )  # fmt: skip


@dataclass(frozen=True)
class KeptRuns:
    """The simulations of the last plans that were made with one set of coefficients, None for those that broke; with
    what each took."""

    _kept: dict[Hashable, tuple[Simulation | None, RunSteps]] = field(default_factory=dict, repr=False)

    def answer(
        self, run: Run, coefficients: Coefficients, progress: Progress | None = None, work: StepBudget | None = None
    ) -> Simulation:
        """What the run found, now or before. Raises BrokenError where a limit of its `sla` is broken, TooLongError
        where it takes more than `work` has left."""
        key, work = run.key, StepBudget(float("inf")) if work is None else work
        if key in self._kept:
            work.again(self._kept[key][1])
        else:
            self._kept[key] = _whole(run, coefficients, progress, work), work.last
            while len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept)))
        found = self._kept[key][0]
        if found is None:
            raise BrokenError("a limit is broken whatever follows")
        return found


def _whole(run: Run, coefficients: Coefficients, progress: Progress | None, work: StepBudget) -> Simulation | None:
    try:
        return run.simulated(coefficients, progress, work)
    except BrokenError:
        return None


def _values(design: Designs) -> tuple[Hashable, ...]:
    """The records and the split of a single design."""
    return (
        design.model, design.gpus[design.gpu[0]], design.formats[design.fmt[0]], design.kv_formats[design.kv[0]],
        design.engines[design.engine[0]], design.split_at(0),
    )  # fmt: skip
