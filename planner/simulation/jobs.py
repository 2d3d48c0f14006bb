"""The requests of a run: what is asked, and what became of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from planner.formulas.types import Array


@dataclass
class Jobs:
    """Requests in order of arrival, as columns: what is asked, and what became of it (NaN: not yet).

    late_s: what the client sees later than the device is done: front end, scheduling and streaming.
    """

    arrival_s: array[float]
    input_tokens: array[int]
    output_tokens: array[int]
    hashes: Sequence[Sequence[int]] = ()
    block_tokens: int = 512
    first_s: array[float] = field(init=False)
    finish_s: array[float] = field(init=False)
    late_s: array[float] = field(init=False)
    preempted: array[int] = field(init=False)
    retried: array[int] = field(init=False)
    refused: array[int] = field(init=False)

    @classmethod
    def of(
        cls, arrival_s: Iterable[float], input_tokens: Iterable[float], output_tokens: Iterable[float],
        hashes: Sequence[Sequence[int]] = (), block_tokens: int = 512,
    ) -> Jobs:  # fmt: skip
        return cls(floats(arrival_s), wholes(input_tokens), wholes(output_tokens), hashes, block_tokens)

    def __post_init__(self) -> None:
        count = len(self.arrival_s)
        self.first_s, self.finish_s = (floats(np.full(count, np.nan)) for _ in range(2))
        self.late_s = floats(np.zeros(count))
        self.preempted, self.retried = (wholes(np.zeros(count)) for _ in range(2))
        self.refused = array("b", bytes(count))

    def __len__(self) -> int:
        return len(self.arrival_s)


def floats(values: Iterable[float]) -> array[float]:
    """A column of numbers that the kernel reads and writes."""
    return array("d", np.asarray(values, dtype=np.float64).tobytes())


def wholes(values: Iterable[float]) -> array[int]:
    """The same of whole numbers."""
    return array("q", np.asarray(values, dtype=np.int64).tobytes())


def times(jobs: Jobs, which: slice = slice(None)) -> dict[str, Array]:
    """Arrival, TTFT, TPOT and end-to-end time [s] of some requests; NaN for what has not ended."""
    columns = (jobs.arrival_s, jobs.first_s, jobs.finish_s, jobs.output_tokens)
    arrival, first, finish, tokens = (np.array(np.asarray(column)[which], dtype=float) for column in columns)
    first = np.where(np.isfinite(finish), first, np.nan)
    with np.errstate(invalid="ignore"):
        tpot = np.where(tokens > 1, (finish - first) / np.maximum(tokens - 1.0, 1.0), np.nan)
    return {"arrival_s": arrival, "ttft_s": first - arrival, "tpot_s": tpot, "e2e_s": finish - arrival}
