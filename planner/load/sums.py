"""Latencies as sums of named parts: what is added up is what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from planner.formulas.powers import both
from planner.formulas.types import Array
from planner.frozen import dataclass

# The parts of a first token. Those of one's own prompt are shown by operator.
REQUEST = "request, fixed"
PROMPT = "prompt"
LAUNCHES = "launches"
RUNNING = "rest of the running step"
BESIDE = "decodes in its steps"
STEPS = "further steps"
AHEAD = "prompts of others"
STREAMS = "streams of others"
GROUPED = "tokens sent together"
SLOT = "wait for a slot"
QUEUE = "prompts that queue"
POLLED = "steps until it is seen"
# The parts of the time between tokens.
DECODE = "decode step"
BUNCHED = "arrivals in bursts"
CUT_IN = "prompts of others"


@dataclass(frozen=True, slots=True)
class Addend:
    """`count` times `each_s`, less `hidden_s`, what of it goes on beside other parts [s]."""

    count: npt.ArrayLike
    each_s: Array
    hidden_s: npt.ArrayLike = 0.0

    @property
    def whole_s(self) -> Array:
        seconds: Array = self.count * self.each_s
        return seconds

    @property
    def seconds(self) -> Array:
        return self.whole_s - self.hidden_s


Sum = dict[str, Addend]


def total(parts: Sum) -> Array:
    """Seconds of all parts together."""
    return sum(part.seconds for part in parts.values())


def launched(host_s: Array, device_s: Array) -> Addend:
    """Launches of `host_s` while the device works for `device_s`: the longer of the two shows."""
    return Addend(1.0, host_s, host_s + device_s - both(host_s, device_s))


def averaged(cases: Iterable[tuple[Array, Sum]]) -> Sum:
    """Sum of a mean over cases with their shares, which add up to one: what they take in all, what of it is hidden,
    and what one takes are averaged; the count is the first over the last, so that their product is exact."""
    listed = list(cases)
    return {name: _mean(name, listed) for name in dict.fromkeys(name for _, parts in listed for name in parts)}


def _mean(name: str, cases: Sequence[tuple[Array, Sum]]) -> Addend:
    having = [(share, parts[name]) for share, parts in cases if name in parts]

    def mean(values: Iterable[npt.ArrayLike]) -> Array:
        # A case that does not happen adds nothing, however long it would take.
        terms = zip(having, values, strict=True)
        return sum((share * np.where(share > 0.0, value, 0.0) for (share, _), value in terms), np.zeros(()))

    whole, hidden = mean(part.whole_s for _, part in having), mean(part.hidden_s for _, part in having)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = mean(part.each_s for _, part in having) / mean(1.0 for _ in having)
        known = np.isfinite(each) & (each != 0.0)
        return Addend(np.where(known, whole / each, 1.0), np.where(known, each, whole), hidden)
