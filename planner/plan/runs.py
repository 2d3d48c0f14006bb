"""Simulations that were run, by what they depend on: the same replicas on other offers are not simulated again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import field
from typing import TypeVar

import numpy as np

from planner.answers import Simulation
from planner.frozen import dataclass
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution
from planner.physics.design import Designs
from planner.progress import Progress
from planner.request.request import Request
from planner.simulation.clock import Clock, clocks
from planner.simulation.limits import Breach, BrokenError, ClearError
from planner.simulation.replicas import Setup
from planner.simulation.simulated import clock_of, pools_of, simulated
from planner.simulation.work import RunSteps, StepBudget
from planner.simulation.workload import Draw, drawn

# The simulations of some plans; and the traffic of the last ones, which other replicas are asked about, too.
KEPT, KEPT_DRAWS = 256, 2
# Clocks of designs, which other numbers of replicas are simulated with, too.
KEPT_CLOCKS = 16
V = TypeVar("V")


@dataclass(frozen=True)
class Timed:
    """A design whose step times are asked for: of so many sequences with lengths as of the request. caution: factors
    on device times."""

    design: Designs
    max_sequences: int
    caution: Caution
    request: Request

    @property
    def key(self) -> Hashable:
        """All that the clock depends on beside the coefficients, as values."""
        asked = self.request
        return *design_key(self.design), self.max_sequences, self.caution, asked.input_tokens, asked.output_tokens

    @property
    def demand(self) -> Demand:
        return Demand.of(self.request, self.design.model.max_context)

    def clock(self, coefficients: Coefficients) -> Clock:
        """Step times of the design. Raises InputError where its cache has no room."""
        return clock_of(
            self.design, self.demand, coefficients, max_sequences=self.max_sequences, caution=self.caution
        )  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One simulation: replicas of a design, and the traffic drawn for them.

    span_s: seconds that are drawn; seed: of the draw; setup: replicas and how requests are sent to them; caution:
    factors on device times; sla: limits that end the run where they are broken whatever follows, None to run to the
    end; misses: of the requests that may miss a limit, the share that does not break it; clear: end
    the run where it seems to hold.
    """

    design: Designs
    max_sequences: int
    request: Request
    span_s: float
    seed: int
    setup: Setup
    caution: Caution
    sla: Mapping[str, float] | None = None
    misses: float = 1.0
    clear: bool = False

    @property
    def key(self) -> Hashable:
        """All that the answer depends on beside the coefficients, as values."""
        asked, broken = self.request, None if self.sla is None else (self.misses, self.clear, *self.sla.items())
        limits = tuple(asked.sla.items()), broken
        return *design_key(self.design), self.max_sequences, self.traffic_key, limits, self.setup, self.caution

    @property
    def traffic_key(self) -> Hashable:
        """All that the traffic depends on, as values."""
        asked = self.request
        lengths = asked.input_tokens, asked.output_tokens, self.design.model.max_context
        return asked.traffic, *lengths, self.span_s, self.seed

    def drawn(self) -> Draw:
        """The traffic. Raises TrafficError."""
        return drawn(self.request, self.span_s, self.seed, self.design.model.max_context)

    @property
    def timed(self) -> Timed:
        """What its step times are of."""
        return Timed(self.design, self.max_sequences, self.caution, self.request)

    def simulated(
        self, traffic: Draw, ticks: Clock, coefficients: Coefficients, progress: Progress | None, work: StepBudget
    ) -> Simulation:
        """Run the traffic. Raises BrokenError where a limit of `sla` is broken, ClearError where the run is ended as it
        seems to hold, TooLongError beyond `work`."""
        asked = traffic.jobs(self.setup.share)
        told = progress if self.sla is None else Breach(asked.jobs, self.sla, progress, self.misses, self.clear)
        return simulated(
            self.design, self.request, asked, self.setup, coefficients, max_sequences=self.max_sequences,
            caution=self.caution, progress=told, work=work, ticks=ticks,
        )  # fmt: skip


@dataclass(frozen=True)
class KeptRuns:
    """The simulations of the last plans that were made with one set of coefficients, or how those ended that were not
    run to the end; with what each took."""

    _kept: dict[Hashable, tuple[Simulation | type[Exception], RunSteps]] = field(default_factory=dict, repr=False)
    _draws: dict[Hashable, Draw] = field(default_factory=dict, repr=False)
    _clocks: dict[Hashable, Clock] = field(default_factory=dict, repr=False)

    def answer(
        self, run: Run, coefficients: Coefficients, progress: Progress | None = None, work: StepBudget | None = None
    ) -> Simulation:
        """What the run found, now or before. Raises BrokenError where a limit of its `sla` is broken, ClearError where
        it was ended as it seems to hold, TooLongError where it takes more than `work` has left."""
        key, work = run.key, StepBudget(float("inf")) if work is None else work
        known = self._kept.get(key)
        if known is not None:
            work.again(known[1])
        else:
            traffic = kept(self._draws, run.traffic_key, run.drawn, KEPT_DRAWS)
            ticks = kept(self._clocks, run.timed.key, lambda: run.timed.clock(coefficients), KEPT_CLOCKS)
            self._kept[key] = known = _whole(run, traffic, ticks, coefficients, progress, work), work.last
            _forget(self._kept, KEPT)
        found = known[0]
        if isinstance(found, Simulation):
            return found
        raise found(f"the run ended early: {found.__doc__}")

    def ready(self, asked: Sequence[Timed], coefficients: Coefficients) -> None:
        """Make the clocks of designs of one scope with the same lengths, the first of which is asked for next: several
        take little longer than one. Where that of the first is known, nothing is made."""
        new = {each.key: each for each in asked if _scope(each.design) == _scope(asked[0].design)}
        if len(new) < 2 or next(iter(new)) in self._clocks:
            return
        new = {key: each for key, each in new.items() if key not in self._clocks}
        made = dict(zip(new, clocks_of(list(new.values()), coefficients), strict=True))
        self._clocks.update({key: ticks for key, ticks in made.items() if ticks is not None})
        _forget(self._clocks, KEPT_CLOCKS)


def clocks_of(asked: Sequence[Timed], coefficients: Coefficients) -> list[Clock | None]:
    """The clock of each design; None where its cache has no room."""
    designs = Designs.concat([each.design for each in asked]).narrowed()
    sequences = [each.max_sequences for each in asked]
    pools = pools_of(designs, coefficients, sequences)
    able = np.flatnonzero(pools > 0).tolist()
    if not able:
        return [None] * len(asked)
    made = clocks(
        designs.take(np.array(able, dtype=int)), coefficients, pool_bytes=pools[able],
        max_sequences=[sequences[i] for i in able], typical_tokens=asked[0].demand.live_tokens,
        cautions=[asked[i].caution for i in able],
    )  # fmt: skip
    found = dict(zip(able, made, strict=True))
    return [found.get(i) for i in range(len(asked))]


def kept(values: dict[Hashable, V], key: Hashable, make: Callable[[], V], most: int) -> V:
    """The value of `key`, made where it is not there; of more than `most` the oldest goes."""
    found = values.get(key)
    if found is None:
        values[key] = found = make()
        _forget(values, most)
    return found


def _forget(values: dict[Hashable, V], most: int) -> None:
    """Of more than `most` values the oldest go, though another thread may have taken them out."""
    for key in list(values)[: max(0, len(values) - most)]:
        values.pop(key, None)


def _whole(
    run: Run, traffic: Draw, ticks: Clock, coefficients: Coefficients, progress: Progress | None, work: StepBudget
) -> Simulation | type[Exception]:
    try:
        return run.simulated(traffic, ticks, coefficients, progress, work)
    except (BrokenError, ClearError) as error:
        return type(error)


def _scope(design: Designs) -> tuple[Hashable, ...]:
    """The records that its columns point into."""
    return design.model, design.gpus, design.formats, design.kv_formats, design.engines


def design_key(design: Designs) -> tuple[Hashable, ...]:
    """The records and the split of a single design."""
    return (
        design.model, design.gpus[design.gpu[0]], design.formats[design.fmt[0]], design.kv_formats[design.kv[0]],
        design.engines[design.engine[0]], design.split_at(0),
    )  # fmt: skip
