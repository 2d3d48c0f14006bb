"""What designs serve at most: known before steps that carry both prompts and sequences are timed."""

from __future__ import annotations

from dataclasses import field

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import prompt_context
from planner.load.demand import Demand
from planner.load.grid import GRID
from planner.physics.design import Designs
from planner.physics.footprint import batched_tokens
from planner.physics.speculation import drafted
from planner.physics.step import Load, StepModel

# A margin: whole tiles might make few prompt tokens cheaper each than a full step of them; in no engine that is bounded
# so they are (tests/planner/search/test_bounds.py).
UNEVEN = 0.95


@dataclass(frozen=True)
class BestCase(Columns):
    """Step times without prompts [s] and the most requests a second over GRID, D x GRID; sequences that run at most, D.

    No fewer steps serve a request than it has output tokens, and none of them takes less than one without prompts; and
    no prompt token takes less than one of a step that is full of them. That is not so in llama.cpp, which has other
    kernels for few tokens: there prompts bound nothing.
    """

    designs: Designs = field(metadata=COLUMN)
    step_s: Array = field(metadata=COLUMN)
    rate_per_s: Array = field(metadata=COLUMN)
    slots: Array = field(metadata=COLUMN)
    demand: Demand

    @classmethod
    def of(cls, model: StepModel, demand: Demand, plain_s: Array, slots: Array, caution: Array) -> BestCase:
        """plain_s: seconds of steps without prompts over GRID, D x GRID; caution: factors on device times, D."""
        kept, slow = drafted(model.designs, model.coefficients.speculation)[1], caution[:, None]
        decoding = np.maximum.accumulate(GRID / (demand.osl / kept * plain_s), axis=1)
        prompts = np.where(model.designs.of_engine("ggml")[:, None], np.inf, 1.0 / (UNEVEN * _prompt_s(model, demand)))
        rate = np.minimum(decoding, prompts) / slow
        return cls(model.designs, plain_s / kept * slow, rate, slots, demand)


def _prompt_s(model: StepModel, demand: Demand) -> Array:
    """Seconds of a prompt in steps that are full of prompts, D x 1."""
    budget = batched_tokens(model.cuts.designs)[:, None]
    full = Load(np.zeros_like(budget), demand.live_tokens, budget, prompt_context(demand))
    each: Array = model.seconds(full, 1) / model.spread(budget)
    return each * max(1.0, demand.work_tokens)
