"""Step times of one design as dense tables: what the simulation asks some hundred thousand times a second."""

from __future__ import annotations

from array import array

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.client_terms import balance_steps, client_of, further_steps
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import CENTRAL, Caution
from planner.physics.design import Designs
from planner.physics.factors import client_places
from planner.physics.footprint import batched_tokens
from planner.physics.kv_cache import block_tokens, cache_bytes
from planner.physics.layers import eager_kernels
from planner.physics.speculation import drafted
from planner.physics.step import Load, StepModel
from planner.simulation.jobs import floats, wholes

CONTEXTS = 4.0 ** np.arange(0, 14)
CHUNKS = 2.0 ** np.arange(0, 18)
SEEN = CONTEXTS
BATCHES = np.array([0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0])
MAX_BATCH = 4096


@dataclass(frozen=True)
class Clock:
    """Step times of one replica as tables [s], and what its engine and memory allow.

    decode, rows of n sequences by CONTEXTS[i]: a step, and what it rises by up to CONTEXTS[i + 1]; extra, rows of
    BATCHES[k] sequences by CHUNKS[i] by SEEN[j]: what so many prompt tokens, which see half of those on average, add;
    place and share: for n sequences, k and how much of the next one. Cache is counted in tokens: a sequence holds
    `base_tokens` and one for each of its own, of `pool_tokens`; where the engine `reserves`, those to come, too.
    `longest`: tokens of a request that the engine still takes; `launch_s`: what the host takes to launch a step with
    prompts, while the device works on it; `first`: factor on what first tokens take; `own`: factor on the device time
    of one's own prompt in a first token; `stages`: of a pipeline.
    """

    decode: array[float]
    extra: array[float]
    place: array[int]
    share: array[float]
    slots: int
    budget: int
    mixed: bool
    reserves: bool
    pool_tokens: float
    base_tokens: float
    fixed_s: float
    launch_s: float
    first: float
    own: float
    stages: float
    steps_extra: float
    balance_steps: float
    prompt_s_per_token: float
    longest: float
    contexts: array[float]
    chunks: array[int]


def clock(
    designs: Designs, coefficients: Coefficients, *, pool_bytes: float, max_sequences: int, typical_tokens: float,
    caution: Caution = CENTRAL,
) -> Clock:  # fmt: skip
    """The clock of a single design. `pool_bytes`: KV memory of one GPU; `typical_tokens`: mean tokens of a sequence,
    around which bytes of cache are taken as linear; `caution`: factors on its times."""
    model = StepModel.of(designs, coefficients)
    slots = min(max_sequences, MAX_BATCH)
    decode = _decode_table(model, slots) * caution.device
    extra = _extra_table(model, typical_tokens) * caution.device
    base, per_token = _cache_line(designs, typical_tokens)
    ways = float(designs.dp[0])
    engine = designs.engines[designs.engine[0]]
    client = client_of(client_places(designs, coefficients.own)[0], coefficients)
    kernels = eager_kernels(designs.model, coefficients.eager_kernels)
    # Waits are of whole steps, whatever tokens a step gives.
    whole = float(drafted(designs, coefficients.speculation)[1][0, 0])
    chunk = min(float(batched_tokens(designs)[0]), typical_tokens)
    batch, share = _places(slots)
    return Clock(
        decode=floats(np.stack([decode[:, :-1], np.diff(decode, axis=1)], axis=-1)),
        extra=floats(extra),
        place=wholes(batch),
        share=floats(share),
        slots=slots,
        budget=int(batched_tokens(designs)[0]),
        mixed=engine.mixed_steps,
        reserves=engine.reserves_output,
        pool_tokens=pool_bytes * ways / per_token,
        base_tokens=base / per_token + 0.5 * float(block_tokens(designs)[0]),
        fixed_s=float(client.ttft_s[0]) * caution.device,
        launch_s=float(client.launch_s[0] * kernels) * caution.device,
        first=caution.first,
        own=max(float(client.own[0]), 1.0),
        stages=float(designs.pp[0]),
        steps_extra=float(further_steps(client.steps[0], engine.mixed_steps)) * whole,
        balance_steps=float(balance_steps([engine.balance_steps], designs.dp[:1])[0]) * whole,
        prompt_s_per_token=float(np.interp(chunk, CHUNKS, extra[3, :, 5])) / chunk,
        longest=float(engine.settings.max_model_len or np.inf),
        contexts=floats(CONTEXTS),
        chunks=wholes(CHUNKS),
    )


def _decode_table(model: StepModel, slots: int) -> Array:
    """(slots + 1) x CONTEXTS; computed at powers of the square root of two and drawn straight between them."""
    grid = np.unique(np.round(2.0 ** np.arange(0.0, np.log2(slots) + 0.5, 0.5)))
    grid = np.concatenate([[0.0], np.minimum(grid, slots)])
    n, c = (part.ravel()[None, :] for part in np.meshgrid(grid, CONTEXTS, indexing="ij"))
    d = model.designs
    verified, kept = drafted(d, model.coefficients.speculation)
    steps = model.step(Load(n, c, verified=verified)).total_s / kept
    times = np.broadcast_to(steps, n.shape).reshape(len(grid), -1)
    whole = np.arange(slots + 1.0)
    return np.stack([np.interp(whole, grid, times[:, i]) for i in range(times.shape[1])], axis=1)


def _extra_table(model: StepModel, context: float) -> Array:
    n, chunk, seen = (part.ravel()[None, :] for part in np.meshgrid(BATCHES, CHUNKS, SEEN, indexing="ij"))
    both = np.broadcast_to(model.step(Load(n, context, chunk, seen)).total_s, n.shape)
    alone = np.broadcast_to(model.step(Load(BATCHES[None, :], context)).total_s, (1, len(BATCHES)))[0]
    return np.maximum(both.reshape(len(BATCHES), len(CHUNKS), len(SEEN)) - alone[:, None, None], 0.0)


def _places(slots: int) -> tuple[Array, Array]:
    """For each whole number of sequences: index into BATCHES and the share of the next one."""
    n = np.arange(slots + 1.0)
    k = np.clip(np.searchsorted(BATCHES, n, side="right") - 1, 0, len(BATCHES) - 2)
    share = np.clip((n - BATCHES[k]) / (BATCHES[k + 1] - BATCHES[k]), 0.0, 1.0)
    return k, share


def _cache_line(designs: Designs, tokens: float) -> tuple[float, float]:
    """(bytes of a sequence apart from its tokens, bytes of a token) on one GPU, through half and twice `tokens`."""
    low, high = max(64.0, 0.5 * tokens), 2.0 * max(64.0, tokens)
    a, b = (float(cache_bytes(designs, np.array(np.ceil(t)))[0]) for t in (low, high))
    slope = max((b - a) / (np.ceil(high) - np.ceil(low)), 1e-6)
    return max(0.0, a - slope * np.ceil(low)), slope
