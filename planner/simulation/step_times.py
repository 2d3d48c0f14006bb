"""Where the step times of a run are computed, and their seconds there: from them come the tables of a clock."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from planner.formulas.distinct import ascending
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.speculation import drafted
from planner.physics.step import Load, StepModel

CONTEXTS = 4.0 ** np.arange(0, 14)
CHUNKS = 2.0 ** np.arange(0, 18)
BATCHES = np.array([0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0])
# Places on BATCHES and CONTEXTS of usual prompts.
USUAL_BATCH, USUAL_SEEN = 3, 5


@dataclass(frozen=True)
class StepGrid:
    """Where step times are computed: sequences that decode, and the parts of BATCHES, CHUNKS and CONTEXTS that runs of
    so many sequences, tokens of a step and tokens in the cache ask for. No sequence is longer than the cache."""

    decode: Array
    batches: Array
    chunks: Array
    contexts: Array

    @classmethod
    def of(cls, slots: Sequence[int], budget: float, pool_tokens: float) -> StepGrid:
        batches = int(places(max(slots))[0][-1]) + 2
        return cls(
            ascending(np.concatenate([_decoding(most) for most in slots])),
            BATCHES[: max(batches, USUAL_BATCH + 1)],
            CHUNKS[: _upto(CHUNKS, budget)],
            CONTEXTS[: max(_upto(CONTEXTS, 2.0 * pool_tokens), USUAL_SEEN + 1)],
        )


@cache
def _decoding(slots: int) -> Array:
    """Sequences, up to `slots`, at which plain steps are computed: none, and powers of the square root of two."""
    powers = np.round(2.0 ** np.arange(0.0, np.log2(slots) + 0.5, 0.5))
    return ascending(np.array([0.0, *np.minimum(powers, slots)]))


def _upto(grid: Array, most: float) -> int:
    """How many of a grid are asked for up to `most`, which lies between the last two of these or beyond all."""
    return min(int(np.searchsorted(grid, most, side="right")) + 1, len(grid))


def step_times(model: StepModel, grid: StepGrid, typical: float) -> tuple[Array, Array]:
    """Seconds of plain steps over sequences and contexts, and what prompts add to them over batches, chunks and what
    these see, D x each. `typical`: context of a sequence beside prompts."""
    plain = np.meshgrid(grid.decode, grid.contexts, indexing="ij")
    beside = np.meshgrid(grid.batches, grid.chunks, grid.contexts, indexing="ij")
    ends = np.cumsum([plain[0].size, beside[0].size, len(grid.batches)])
    decode = np.concatenate([plain[0].ravel(), beside[0].ravel(), grid.batches])
    context = np.concatenate([plain[1].ravel(), np.full(ends[2] - ends[0], typical)])
    chunk, seen = np.zeros((2, ends[2]))
    chunk[ends[0] : ends[1]], seen[ends[0] : ends[1]] = beside[1].ravel(), beside[2].ravel()
    drafts, costs = np.arange(ends[2]) < ends[0], model.coefficients.speculation
    verified = np.where(drafts, drafted(model.cuts.designs, costs)[0], 1.0)
    load = Load(decode[None, :], context[None, :], chunk[None, :], seen[None, :], verified)
    count = len(model.designs)
    steps, both, alone = np.split(np.broadcast_to(model.step(load).total_s, (count, ends[2])), ends[:2], axis=1)
    plain_s = (steps / drafted(model.designs, costs)[1]).reshape(count, *plain[0].shape)
    return plain_s, np.maximum(both.reshape(count, *beside[0].shape) - alone[:, :, None, None], 0.0)


def plain_steps(grid: StepGrid, times: Array, slots: int) -> Array:
    """Plain steps of every number of sequences up to `slots`, drawn straight between those that were computed; rows of
    sequences by contexts."""
    own, whole = _decoding(slots), np.arange(slots + 1.0)
    known = times[np.searchsorted(grid.decode, own)]
    slope = np.diff(known, axis=0) / np.diff(own)[:, None]
    below = np.searchsorted(own, whole[:-1], side="right") - 1
    between = slope[below] * (whole[:-1] - own[below])[:, None] + known[below]
    return np.concatenate([between, known[-1:]])


@cache
def places(slots: int) -> tuple[Array, Array]:
    """For each whole number of sequences: index into BATCHES and the share of the next one."""
    n = np.arange(slots + 1.0)
    k = np.clip(np.searchsorted(BATCHES, n, side="right") - 1, 0, len(BATCHES) - 2)
    share = np.clip((n - BATCHES[k]) / (BATCHES[k + 1] - BATCHES[k]), 0.0, 1.0)
    return k, share
