"""The state of one replica at a given rate."""

from __future__ import annotations

import numpy as np

from planner.formulas.powers import cube
from planner.formulas.queueing import Renewal
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import Curves, rate_at, running_at
from planner.load.grid import GRID, GridPlace, grid_position

# Highest share of time for prompts that moments are taken at: beyond it they are not finite.
LEVEL = 0.97
# Between half a place of the grid below a number of sequences and half a place above it, in so many of that number.
HALF_STEPS = 2.0**0.5 - 2.0**-0.5
Moments = tuple[Array, Array, Array]


@dataclass(frozen=True)
class State:
    """One level: columns of M designs.

    plain: a step without prompts [s]; prompt, prompt_sd, prompt_skew: device time of one's own; work, work2, work3: raw
    moments of what a prompt adds for the others; rho: share of time that prompts take; spread: standard deviation of
    the number that runs, slope: growth of a step with that number; idle: chance to find nothing running.
    """

    arrivals: Renewal
    running: Array
    spread: Array
    slope: Array
    plain: Array
    prompt: Array
    prompt_sd: Array
    prompt_skew: Array
    work: Array
    work2: Array
    work3: Array
    rho: Array
    idle: Array
    utilization: Array
    full: Array

    @property
    def rate(self) -> Array:
        """Arrivals a second."""
        return self.arrivals.rate_per_s


def state_of(c: Curves, rate: Array, slots: Array, cv_arrival: Array) -> State:
    demand, rows = c.demand, np.arange(len(c.step_s))
    slots = np.maximum(slots, 1e-9)
    limit = rate_at(c, rows, slots)
    full = (rate >= limit) | (slots < 0.999)
    held = np.minimum(rate, limit)
    arrivals = Renewal.of(held, cv_arrival)
    position, running = running_at(c, held)
    for _ in range(2):
        place = GridPlace.of(rows, position)
        plain, prompt = place.of_table(c.step_s), place.of_table(c.prompt_s)
        work = _effective(c, prompt, plain, arrivals)
        rho = np.minimum(held * work, LEVEL)
        # Prompts that come while one's own is computed wait for its first token, and slow the next ones.
        # In chunks they do so by a full step for each token at most.
        span = (plain + work * (1.0 + rho)) * rho / (1.0 - rho)
        most = (demand.osl - 1.0) * filled(c, prompt) if demand.osl > 1.0 else 0.0
        span = np.minimum(span, most)
        crowd = np.minimum(running + held * span, slots)
        position = grid_position(np.maximum(crowd, 1e-9))
    place = GridPlace.of(rows, position)
    plain, prompt = place.of_table(c.step_s), place.of_table(c.prompt_s)
    cv, skew = c.prompt_cv, c.prompt_skew
    work2, work3 = work**2 * (1.0 + cv**2), cube(work) * (1.0 + 3.0 * cv**2 + skew * cube(cv))
    low, high = np.maximum(position - 0.5, 0.0), np.minimum(position + 0.5, len(GRID) - 1.0)
    below, above = GridPlace.of(rows, low), GridPlace.of(rows, high)
    gain = (above.of_table(c.rate_per_s) - below.of_table(c.rate_per_s)) / (2.0**high - 2.0**low)
    spread = _spread(held, running, gain) * _lumps(rho, cv)
    slope = (above.of_table(c.step_s) - below.of_table(c.step_s)) / np.maximum(crowd * HALF_STEPS, 1.0)
    idle = np.exp(-crowd - held * work)
    return State(
        arrivals,
        crowd,
        spread,
        slope,
        plain,
        prompt,
        (prompt + c.overhead * plain) * cv,
        skew,
        work,
        work2,
        work3,
        rho,
        idle,
        rate / np.maximum(limit, 1e-30),
        full,
    )


def filled(c: Curves, prompt: Array) -> Array:
    """What prompts add to a step with its whole token budget; without bound where they hold the decodes up [s]."""
    return np.where(c.beside > 0, c.per_step * prompt, np.inf)


def _effective(c: Curves, prompt: Array, plain: Array, arrivals: Renewal) -> Array:
    """What a prompt adds to the steps of others on average: prompts that come in one step pay what is common once."""
    alone = prompt + c.overhead * plain
    step = plain / (1.0 - np.minimum(arrivals.rate_per_s * alone, 0.9))
    seen = np.maximum(arrivals.rate_per_s * step, 1e-9)
    together = seen / -np.expm1(-seen)
    if arrivals.bursty:
        together = together + 2.0 * np.maximum(arrivals.excess(0.5 * step), 0.0)
    return alone - c.shared * prompt * (1.0 - 1.0 / np.maximum(together, 1.0))


def _spread(rate: Array, running: Array, gain: Array) -> Array:
    """Standard deviation of the number in service: rate over `gain`, the slope of the rate curve, as of a birth-death
    chain.

    With service that does not slow down it is the root of the mean; where steps grow with the number, it is more.
    """
    least = 0.05 * rate / np.maximum(running, 1e-9)
    return np.sqrt(np.maximum(rate / np.maximum(gain, least), 1e-12))


def _lumps(rho: Array, cv: Array) -> Array:
    """Factor on the spread of the number in service where prompts take a share `rho` of the time, `cv` apart.

    An arrival not only adds one: its prompt holds up those that decode. Around the mean the number is a process with
    the drift gain / (1 - rho) and, per arrival, the noise of 1 + r w and of a departure, with r = rho / (1 - rho) and w
    the prompt's work over its mean.
    """
    return np.sqrt(0.5 * ((1.0 + (rho * cv) ** 2) / (1.0 - rho) + 1.0 - rho))
