"""How much the simulations of one question may compute: steps are counted, so that no clock decides an answer."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

# Steps of all simulations of a question, some seconds of work; of many requests so many each, which is more than
# requests of usual lengths take under the settings that engines ship with.
MOST_STEPS, STEPS_A_REQUEST = 1_000_000, 6
# Of a plan, however many requests its simulations are drawn: about a minute of work.
PLAN_STEPS = 4_000_000
# Replicas that are looked at when a request is routed by its prefix, for the work of one step.
LOOKED_AT = 200


class TooLongError(Exception):
    """Simulations need more steps than they may; `needed`: about how many, None where that is not known."""

    def __init__(self, most: float, needed: float | None = None) -> None:
        self.most, self.needed = most, needed
        super().__init__(
            f"needs more than {most:,.0f} steps, which are the most" if needed is None
            else f"needs about {_rounded(needed):,} steps, at most {most:,.0f}"
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunSteps:
    """Requests of a simulation, the steps that it was expected to need at least, and those that it took."""

    requests: int
    expected: float
    steps: int


NOTHING = RunSteps(0, 0.0, 0)


@dataclass(slots=True)
class StepBudget:
    """Steps of the simulations of one question so far, the requests that were drawn for them, and what the last one
    took; `least`: steps that they may take however few the requests are; `each`: those for each request; `cap`: steps
    that they may take however many the requests are."""

    least: float = MOST_STEPS
    steps: int = 0
    requests: int = 0
    each: int = STEPS_A_REQUEST
    last: RunSteps = NOTHING
    cap: float = float("inf")

    @classmethod
    def of_plan(cls) -> StepBudget:
        """The budget of all simulations of one plan."""
        return cls(cap=PLAN_STEPS)

    @property
    def most(self) -> float:
        """Steps that they may take altogether."""
        return min(self.cap, max(self.least, self.each * self.requests))

    def begin(self, requests: int, expected: float) -> float:
        """The steps that another simulation may take. Raises TooLongError where it is expected to need more than
        is left."""
        self.requests += requests
        if self.steps + expected > self.most:
            raise TooLongError(self.most, self.steps + expected)
        return self.most - self.steps

    def end(self, cost: RunSteps) -> None:
        """Book what a simulation took."""
        self.steps += cost.steps
        self.last = cost

    def again(self, cost: RunSteps) -> None:
        """Book a simulation that is known from an earlier question: the answer must not depend on what is known."""
        self.begin(cost.requests, cost.expected)
        self.end(cost)
        if self.steps > self.most:
            raise TooLongError(self.most)


def _rounded(steps: float) -> int:
    """Two digits, not below the figure: more are not known.

    >>> _rounded(3_638_211.0), _rounded(1_000_000.0)
    (3700000, 1000000)
    """
    unit = 10 ** max(0, len(str(int(steps))) - 2)
    return int(ceil(steps / unit) * unit)
