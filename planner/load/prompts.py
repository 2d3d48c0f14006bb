"""What a prompt adds to the engine steps that carry it, from the times of steps with it and without."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.formulas.types import Array
from planner.load.demand import POWERS, Demand
from planner.load.grid import GRID
from planner.physics.design import Designs
from planner.physics.footprint import batched_tokens
from planner.physics.step import Load, StepModel

# Sequences that decode in the steps that prompts are timed in.
PROMPT_GRID = np.array([2.0, 16.0, 128.0])


def mixed_steps(designs: Designs) -> Array:
    return designs.of_engine("mixed_steps").astype(float)


def timed_loads(model: StepModel, demand: Demand, work: float) -> list[Load]:
    """The steps whose seconds `prompt_times` reads: without a prompt, with one, with a longer one, and with two."""
    beside, budget = beside_prompts(model.cuts.designs), batched_tokens(model.cuts.designs)[:, None]
    middle = beside[:, [1]]
    asked = [(work, beside, 1.0), (2.0 * work, middle, 1.0), (work, middle, 2.0)]
    carrying = [prompt_loads(demand, budget, length, beside, prompts) for length, beside, prompts in asked]
    return [carrying[0][1], *(load for load, _ in carrying)]


def prompt_times(
    model: StepModel, demand: Demand, work: float, loads: Sequence[Load], seconds: Sequence[Array]
) -> tuple[Array, Array, Array]:
    """Mean device time that a prompt adds over GRID (D x GRID), the exponent with which it grows with its length, and
    the share of it that two prompts in one step have in common, from the `timed_loads` and the seconds of each.

    It is taken at three numbers of running sequences, what the weights cost is then paid by decodes already, and drawn
    straight between them over log n. The exponent comes from a prompt of mean length and one twice as long: below one
    where a prompt has a fixed cost, above where its tokens attend to many. What is found in the prefix cache is
    attended to, not computed.
    """
    alone, *both = seconds
    alone = np.where(model.spread(beside_prompts(model.cuts.designs) > 0), alone, 0.0)
    without = (alone, alone[:, [1]], alone[:, [1]])
    token, longer, pair = (
        np.maximum(seconds - less, 1e-12) / model.spread(load.prefill)
        for seconds, less, load in zip(both, without, loads[1:], strict=True)
    )
    power = np.clip(1.0 + np.log2(longer / token[:, [1]]), 0.0, 2.0)
    over = over_grid(token * work * np.interp(power, POWERS, demand.prompt_spread[0]))
    own = batched_tokens(model.designs)[:, None]
    one, two = np.minimum(own, work), np.minimum(own, 2.0 * work)
    gain = (token[:, [1]] - pair) * two / np.maximum(two - one, 1.0) * (two > one)
    shared = np.clip(gain / token[:, [1]], 0.0, 1.0)
    return over, power, shared


def seconds_of(model: StepModel, loads: Sequence[Load]) -> list[Array]:
    """Seconds of the steps of each load, D x its columns: of all together, as one call costs as much as many columns.

    The loads differ in neither context nor what it shares.
    """
    shapes = [np.shape(load.decode) for load in loads]
    rows = max(shape[0] for shape in shapes)

    def joined(name: str) -> Array:
        parts = [
            np.broadcast_to(getattr(load, name), (rows, shape[1])) for load, shape in zip(loads, shapes, strict=True)
        ]
        return np.concatenate(parts, axis=1)

    widths = [columns for _, columns in shapes]
    decode, prefill, prompt, verified = (joined(name) for name in ("decode", "prefill", "prompt", "verified"))
    whole = Load(decode, loads[0].context, prefill, prompt, verified)
    return np.split(model.seconds(whole, sum(widths)), np.cumsum(widths)[:-1], axis=1)


def beside_prompts(designs: Designs) -> Array:
    """Sequences that decode in the steps that prompts are timed in, D x 3."""
    return PROMPT_GRID[None, :] * mixed_steps(designs)[:, None]


def over_grid(timed: Array) -> Array:
    """Values at PROMPT_GRID (D x 3), drawn straight between them over log n: D x GRID."""
    place = np.clip(np.interp(np.log2(GRID), np.log2(PROMPT_GRID), np.arange(3.0)), 0.0, 2.0)
    low = np.minimum(place.astype(int), 1)
    over: Array = timed[:, low] * (1.0 - (place - low)) + timed[:, low + 1] * (place - low)
    return over


def prompt_loads(
    demand: Demand, budget: Array, length: float, beside: Array, prompts: float = 1.0
) -> tuple[Load, Load]:
    """A step of `beside` sequences that carries what it can of `prompts` prompts of `length`, and one without."""
    seen = length + 2.0 * (demand.isl - demand.work_tokens)
    both = Load(beside, demand.live_tokens, np.minimum(budget, prompts * length), seen)
    return both, Load(np.maximum(beside, 1.0), demand.live_tokens)
