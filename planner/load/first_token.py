"""Moments of the time to first token of one replica in a given state.

Prompts that arrive in one engine step run in the next: steps form a branching process. A first token waits for the
rest of the step in progress. Prompts longer than a step are computed one after another.
"""

from __future__ import annotations

import numpy as np

from planner.formulas import queueing
from planner.formulas.powers import cube
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.curves import Curves
from planner.load.state import LEVEL, Moments, State
from planner.load.sums import AHEAD, BESIDE, LAUNCHES, PROMPT, REQUEST, RUNNING, STEPS, Addend, Sum, launched, total

# Cases with their shares, and the parts of the mean in each.
Ways = tuple[tuple[Array, Sum], ...]


@dataclass(frozen=True)
class First:
    """The time to first token of those with a slot free.

    chance: that the step a request meets carries prompts; none, some: its moments, if it does not and if it does; own:
    moments of the step with one's own prompt; ways: the parts of its mean in each case, which add up to that mean, with
    their shares of all.
    """

    chance: Array
    none: Moments
    some: Moments
    own: Moments
    ways: Ways


def first_token(c: Curves, s: State) -> First:
    """How long first tokens take, in moments and in parts.

    A request meets a step of length b with a chance in proportion to b. Of that step a uniform part is left, and all
    that arrived in it is computed with one's own prompt. Where nothing runs, nothing is met.
    """
    reach = (s.plain + s.work) / (1.0 - s.rho)
    bunched = s.arrivals.excess(reach)
    bulk2 = s.work2 + bunched * s.work**2
    step, step2, step3 = queueing.step_moments(s.plain, rate_per_s=s.rate, work_s=_below(s), work2=bulk2, work3=s.work3)
    met1, met2 = step + step2 / step, (step3 + 3.0 * step * step2 + cube(step)) / step
    # Others of one's own burst, already in the step.
    before = np.maximum(bunched - s.arrivals.excess(0.5 * s.plain), 0.0)
    carrying = 1.0 - (1.0 - queueing.carrying_share(s.plain, step, rate_per_s=s.rate)) * np.exp(-before)
    met2 = met2 + 2.0 * met1 * before * s.work + before * s.work2 + 2.0 * (before * s.work) ** 2
    met1 = met1 + before * s.work
    long1 = (met1 - (1.0 - carrying) * s.plain) / carrying
    long2 = np.maximum((met2 - (1.0 - carrying) * s.plain**2) / carrying, long1**2)
    # Engines that stop decoding for prompts run them without the plain step.
    alone = np.minimum((1.0 - c.beside) * s.plain, 0.9 * long1)
    long2, long1 = long2 - 2.0 * alone * long1 + alone**2, long1 - alone
    # A step with prompts runs whether or not others decode; plain ones only where some do.
    chance = carrying
    plain = np.maximum(1.0 - s.idle - chance, 0.0) / np.maximum(1.0 - chance, 1e-12)
    none = _after(c, s, s.plain, s.plain**2, plain)
    some = _after(c, s, long1, long2, np.ones_like(plain))
    ways: Ways = ((1.0 - chance, none.parts), (chance, some.parts))
    if (c.overhead > 0.0).any():
        chunked = c.overhead / (1.0 + c.overhead)
        met, line = _in_line(c, s, before)
        chance = (1.0 - chunked) * chance + chunked * met
        ways = ((1.0 - chance, none.parts), (chance * (1.0 - chunked), some.parts), (chance * chunked, line.parts))
        some = _Way(_between(some.first, line.first, chunked), _between(some.own, line.own, chunked), {})
    own = tuple((1.0 - chance) * a + chance * b for a, b in zip(none.own, some.own, strict=True))
    return First(chance, none.first, some.first, own, ways)


@dataclass(frozen=True, slots=True)
class _Way:
    """Moments of the first token and of one's own step in one case, and the parts of the first one's mean."""

    first: Moments
    own: Moments
    parts: Sum


def _between(one: Moments, other: Moments, share: Array) -> Moments:
    a, b, c = ((1.0 - share) * p + share * q for p, q in zip(one, other, strict=True))
    return a, b, c


def _in_line(c: Curves, s: State, before: Array) -> tuple[Array, _Way]:
    """Of prompts longer than a step, computed one after another: chance to find one, and how it goes on then.

    The wait of a queue with one server [Pollaczek 1930], its mean longer by the bursts of the arrivals [Kingman 1961].
    """
    each = s.prompt + (1.0 + c.overhead) * s.plain
    cv2 = (s.prompt_sd / each) ** 2
    rho = np.minimum(s.rate * each, LEVEL)
    flow = rho / each
    bursts = (s.arrivals.crowding(each / (1.0 - rho)) + cv2) / (1.0 + cv2)
    wait = bursts * flow * each**2 * (1.0 + cv2) / (2.0 * (1.0 - rho))
    third = cube(each) * (1.0 + 3.0 * cv2 + s.prompt_skew * cv2**1.5)
    square = 2.0 * wait**2 + bursts * flow * third / (3.0 * (1.0 - rho))
    chance = 1.0 - (1.0 - rho) * np.exp(-before)
    mean, variance = wait / chance, square / chance - (wait / chance) ** 2
    queue = mean, variance, 2.0 * variance**2 / np.maximum(mean, 1e-30)
    scale, sd, last = c.own * c.own_factor, s.prompt_sd, each / (1.0 + c.overhead)
    ahead, beside = Addend(mean / each, each), Addend(1.0 + c.overhead, s.plain)
    parts = _own_parts(c, s, last) | {AHEAD: ahead, BESIDE: beside}
    first = total(parts), queue[1] + (scale * sd) ** 2, queue[2] + cube(scale * sd) * s.prompt_skew
    own = queue[0] + each, queue[1] + sd**2, queue[2] + cube(sd) * s.prompt_skew
    return chance, _Way(first, own, parts)


def _own_parts(c: Curves, s: State, device_s: Array) -> Sum:
    """What nobody else adds to a first token, its step being `device_s` long."""
    return {
        REQUEST: Addend(1.0, c.fixed_s),
        PROMPT: Addend(c.own * c.own_factor, s.prompt),
        LAUNCHES: launched(c.launch_s, device_s),
        STEPS: Addend(c.waits, s.plain),
    }


def _after(c: Curves, s: State, met: Array, met2: Array, busy: Array) -> _Way:
    """First token and own step of those who meet a step with raw moments `met`, `met2`, or with 1 - busy none."""
    met_var = met2 - met**2
    # Never fewer than none: evener arrivals leave less than the mean.
    near = 2.0 * np.maximum(s.arrivals.excess(0.5 * met), -0.5 * s.rate * met * busy)
    work = s.prompt * (1.0 - c.shared) + c.overhead * s.plain
    ratio = work / s.work
    # How many of a burst come together varies like a geometric number.
    count, burst = s.rate * met * busy + near, (np.maximum(near, 0.0) * work) ** 2
    others = (
        count * work,
        count * s.work2 * ratio**2 + burst + busy * (s.rho * ratio) ** 2 * met_var,
        count * s.work3 * cube(ratio) + 2.0 * cube(np.maximum(near, 0.0) * work),
    )
    left_var = busy * met2 / 3.0 - (busy * 0.5 * met) ** 2
    both = busy * s.rho * ratio * 0.5 * met_var  # what is left and who came grow with the same step
    sd, skew = s.prompt_sd, s.prompt_skew
    own = ((c.beside + c.overhead) * s.plain + s.prompt + others[0], sd**2 + others[1], cube(sd) * skew + others[2])
    scale = c.own * c.own_factor
    parts = _own_parts(c, s, own[0]) | {
        RUNNING: Addend(busy * 0.5, met),
        BESIDE: Addend(c.beside + c.overhead, s.plain),
        AHEAD: Addend(count, work),
    }
    variance = (scale * sd) ** 2 + others[1] + left_var + 2.0 * both
    third = cube(scale * sd) * skew + others[2]
    # A longer step leaves more to wait for, and has let more prompts come; its own spread is taken as a gamma's.
    pull = 0.5 + s.rho * ratio
    third = third + busy * (3.0 * pull * s.rate * s.work2 * ratio**2 * met_var + 2.0 * cube(pull) * met_var**2 / met)
    return _Way((total(parts), variance, third), own, parts)


def _below(s: State) -> Array:
    return np.minimum(s.work, LEVEL / np.maximum(s.rate, 1e-30))
