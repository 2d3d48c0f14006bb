"""Latencies as sums of named parts: what is added up is what is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.formulas.types import Array

# The parts of a first token. Those of one's own prompt are shown by operator.
REQUEST = "request, fixed"
PROMPT = "prompt"
LAUNCHES = "launches not hidden"
RUNNING = "rest of the running step"
BESIDE = "decodes in its steps"
STEPS = "further steps"
AHEAD = "prompts of others"
STREAMS = "streams of others"
GROUPED = "tokens sent together"
SLOT = "wait for a slot"
POLLED = "steps until it is seen"
# The parts of the time between tokens.
DECODE = "decode step"
BUNCHED = "arrivals in bursts"
CUT_IN = "prompts of others"


@dataclass(frozen=True, slots=True)
class Part:
    """`count` times `each_s` [s]."""

    count: npt.ArrayLike
    each_s: Array

    @property
    def seconds(self) -> Array:
        seconds: Array = self.count * self.each_s
        return seconds


Parts = dict[str, Part]


def total(parts: Parts) -> Array:
    """Seconds of all parts together."""
    return sum(part.seconds for part in parts.values())


def averaged(cases: Iterable[tuple[Array, Parts]]) -> Parts:
    """Parts of a mean over cases with their shares, which add up to one: seconds are averaged, and what one takes;
    the count is the one over the other, so that their product is exact."""
    seconds: dict[str, Array] = {}
    each: dict[str, Array] = {}
    weight: dict[str, Array] = {}
    for share, parts in cases:
        for name, part in parts.items():
            # A case that does not happen adds nothing, however long it would take.
            happens = np.where(share > 0.0, part.seconds, 0.0)
            seconds[name] = seconds.get(name, 0.0) + share * happens
            each[name] = each.get(name, 0.0) + share * np.where(share > 0.0, part.each_s, 0.0)
            weight[name] = weight.get(name, 0.0) + share
    return {name: _product(seconds[name], each[name] / np.maximum(weight[name], 1e-300)) for name in seconds}


def _product(seconds: Array, each: Array) -> Part:
    known = np.isfinite(each) & (each != 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Part(np.where(known, seconds / each, 1.0), np.where(known, each, seconds))
