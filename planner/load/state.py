"""The state of one replica at a given rate."""

from __future__ import annotations

import numpy as np

from planner.formulas import queueing
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import GRID, Curves, at_index, grid_position, rate_at, running_at
from planner.load.demand import POWERS

# Highest share of time for prompts that moments are taken at: beyond it they are not finite.
LEVEL = 0.97
Moments = tuple[Array, Array, Array]


@dataclass(frozen=True)
class State:
    """One level: columns of M designs.

    plain: a step without prompts [s]; prompt, prompt_sd, prompt_skew: device time of one's own; work, work2, work3: raw
    moments of what a prompt adds for the others; rho: share of time that prompts take; spread: standard deviation of
    the number that runs, slope: growth of a step with that number; idle: chance to find nothing running.
    """

    rate: Array
    cv: Array
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


def state_of(c: Curves, rate: Array, slots: Array, cv_arrival: Array) -> State:
    demand, rows = c.demand, np.arange(len(c.step_s))
    slots = np.maximum(slots, 1e-9)
    limit = rate_at(c, rows, slots)
    full = (rate >= limit) | (slots < 0.999)
    held = np.minimum(rate, limit)
    position, running = running_at(c, held)
    for _ in range(2):
        plain = at_index(c.step_s, rows, position)
        prompt = at_index(c.prompt_s, rows, position)
        work = _effective(c, prompt, plain, held, cv_arrival)
        rho = np.minimum(held * work, LEVEL)
        # Prompts that come while one's own is computed wait for its first token, and slow the next ones.
        # In chunks they do so by a full step for each token at most.
        span = (plain + work * (1.0 + rho)) * rho / (1.0 - rho)
        most = (demand.osl - 1.0) * filled(c, prompt) if demand.osl > 1.0 else 0.0
        span = np.minimum(span, most)
        crowd = np.minimum(running + held * span, slots)
        position = grid_position(np.maximum(crowd, 1e-9))
    plain = at_index(c.step_s, rows, position)
    prompt = at_index(c.prompt_s, rows, position)
    _, cv, skew = (np.interp(c.power, POWERS, column) for column in demand.prompt_spread)
    work2, work3 = work**2 * (1.0 + cv**2), work**3 * (1.0 + 3.0 * cv**2 + skew * cv**3)
    spread = _spread(c, rows, held, running, position) * _lumps(rho, cv)
    above, below = at_index(c.step_s, rows, position + 0.5), at_index(c.step_s, rows, np.maximum(position - 0.5, 0.0))
    slope = (above - below) / np.maximum(crowd * (2.0**0.5 - 2.0**-0.5), 1.0)
    idle = np.exp(-crowd - held * work)
    return State(
        held,
        cv_arrival,
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


def _effective(c: Curves, prompt: Array, plain: Array, rate: Array, cv: Array) -> Array:
    """What a prompt adds to the steps of others on average: prompts that come in one step pay what is common once."""
    alone = prompt + c.overhead * plain
    step = plain / (1.0 - np.minimum(rate * alone, 0.9))
    seen = np.maximum(rate * step, 1e-9)
    together = seen / -np.expm1(-seen)
    together = together + 2.0 * np.maximum(queueing.palm_excess(0.5 * step, rate_per_s=rate, cv=cv), 0.0)
    return alone - c.shared * prompt * (1.0 - 1.0 / np.maximum(together, 1.0))


def _spread(c: Curves, rows: Array, rate: Array, running: Array, position: Array) -> Array:
    """Standard deviation of the number in service: rate over the slope of the rate curve, as of a birth-death chain.

    With service that does not slow down it is the root of the mean; where steps grow with the number, it is more.
    """
    low, high = np.maximum(position - 0.5, 0.0), np.minimum(position + 0.5, len(GRID) - 1.0)
    gain = (at_index(c.rate_per_s, rows, high) - at_index(c.rate_per_s, rows, low)) / (2.0**high - 2.0**low)
    least = 0.05 * rate / np.maximum(running, 1e-9)
    return np.sqrt(np.maximum(rate / np.maximum(gain, least), 1e-12))


def _lumps(rho: Array, cv: Array) -> Array:
    """Factor on the spread of the number in service where prompts take a share `rho` of the time, `cv` apart.

    An arrival not only adds one: its prompt holds up those that decode. Around the mean the number is a process with
    the drift gain / (1 - rho) and, per arrival, the noise of 1 + r w and of a departure, with r = rho / (1 - rho) and w
    the prompt's work over its mean.
    """
    return np.sqrt(0.5 * ((1.0 + (rho * cv) ** 2) / (1.0 - rho) + 1.0 - rho))


def excess(s: State, span_s: Array) -> Array:
    """Arrivals within `span_s` after one's own beyond the mean: none for Poisson."""
    return queueing.palm_excess(span_s, rate_per_s=s.rate, cv=s.cv)


def crowding(s: State, span_s: Array) -> Array:
    """Index of dispersion of the arrivals within `span_s`: one for Poisson."""
    return 1.0 + 2.0 * excess(s, span_s)
