"""Step times of one design as dense tables: what the simulation asks some hundred thousand times a second."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

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
from planner.physics.step import StepModel
from planner.simulation.jobs import floats, wholes
from planner.simulation.step_times import USUAL_BATCH, USUAL_SEEN, StepGrid, places, plain_steps, step_times

MAX_BATCH = 4096


@dataclass(frozen=True)
class Clock:
    """Step times of one replica as tables [s], and what its engine and memory allow.

    decode, rows of n sequences by `contexts`[i]: a step, and what it rises by up to `contexts`[i + 1]; extra, rows of
    BATCHES[k] sequences by `chunks`[i] by `contexts`[j]: what so many prompt tokens, which see half of those on
    average, add; place and share: for n sequences, k and how much of the next one. Cache is counted in tokens: a
    sequence holds `base_tokens` and one for each of its own, of `pool_tokens`; where the engine `reserves`, those to
    come, too. `longest`: tokens of a request that the engine still takes; `launch_s`: what the host takes to launch a
    step with prompts, while the device works on it; `first`: factor on what first tokens take; `own`: factor on the
    device time of one's own prompt in a first token; `stages`: of a pipeline.
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
    """The clock of a single design; see `clocks`."""
    return clocks(
        designs, coefficients, pool_bytes=np.array([pool_bytes]), max_sequences=[max_sequences],
        typical_tokens=typical_tokens, cautions=[caution],
    )[0]  # fmt: skip


def clocks(
    designs: Designs, coefficients: Coefficients, *, pool_bytes: Array, max_sequences: Sequence[int],
    typical_tokens: float, cautions: Sequence[Caution],
) -> list[Clock]:  # fmt: skip
    """The clock of each design, the same whichever others there are; most of one is calls that do for several.

    pool_bytes: KV memory of one GPU, D; typical_tokens: mean tokens of a sequence, around which bytes of cache are
    taken as linear; cautions: factors on the times of each.
    """
    base, per_token = _cache_lines(designs, typical_tokens)
    pool = pool_bytes * designs.dp / per_token
    slots, budget = [min(most, MAX_BATCH) for most in max_sequences], batched_tokens(designs)
    grid = StepGrid.of(slots, float(budget.max()), float(pool.max()))
    decode, extra = step_times(StepModel.of(designs, coefficients), grid, typical_tokens)
    held, waits = base / per_token + 0.5 * block_tokens(designs), _waits(designs, coefficients, cautions)
    found = []
    for i, (most, caution) in enumerate(zip(slots, cautions, strict=True)):
        tables = _tables(grid, decode[i], extra[i], most, caution, min(float(budget[i]), typical_tokens))
        engine, pool_tokens, base_tokens = designs.engines[designs.engine[i]], float(pool[i]), float(held[i])
        found.append(
            Clock(
                **tables, **waits[i], slots=most, budget=int(budget[i]), mixed=engine.mixed_steps,
                reserves=engine.reserves_output, pool_tokens=pool_tokens, base_tokens=base_tokens,
                stages=float(designs.pp[i]), longest=float(engine.settings.max_model_len or np.inf),
            )
        )  # fmt: skip
    return found


def _waits(designs: Designs, coefficients: Coefficients, cautions: Sequence[Caution]) -> list[dict[str, Any]]:
    """What first tokens of each design take beside steps, and the steps that they wait for."""
    places, place = client_places(designs, coefficients.own)
    client = client_of(places, coefficients)
    kernels = eager_kernels(designs.model, coefficients.eager_kernels)
    # Waits are of whole steps, whatever tokens a step gives.
    whole = drafted(designs, coefficients.speculation)[1][:, 0]
    further = further_steps(client.steps[place], designs.of_engine("mixed_steps")) * whole
    held = balance_steps(designs.of_engine("balance_steps"), designs.dp) * whole
    return [
        {
            "fixed_s": float(client.ttft_s[at]) * caution.device,
            "launch_s": float(client.launch_s[at] * kernels) * caution.device,
            "first": caution.first,
            "own": max(float(client.own[at]), 1.0),
            "steps_extra": float(further[i]),
            "balance_steps": float(held[i]),
        }
        for i, (at, caution) in enumerate(zip(place.tolist(), cautions, strict=True))
    ]


def _tables(
    grid: StepGrid, decode: Array, extra: Array, slots: int, caution: Caution, chunk: float
) -> dict[str, Any]:  # fmt: skip
    """The tables of one design up to its `slots`; `chunk`: tokens of a step with a usual prompt."""
    plain, more = plain_steps(grid, decode, slots) * caution.device, extra * caution.device
    place, share = places(slots)
    usual = float(np.interp(chunk, grid.chunks, more[USUAL_BATCH, :, USUAL_SEEN]))
    return {
        "decode": floats(np.stack([plain[:, :-1], np.diff(plain, axis=1)], axis=-1)),
        "extra": floats(more),
        "place": wholes(place),
        "share": floats(share),
        "prompt_s_per_token": usual / chunk,
        "contexts": floats(grid.contexts),
        "chunks": wholes(grid.chunks),
    }


def _cache_lines(designs: Designs, tokens: float) -> tuple[Array, Array]:
    """Bytes of a sequence apart from its tokens, and bytes of a token, on one GPU, through half and twice `tokens`; D
    each."""
    low, high = max(64.0, 0.5 * tokens), 2.0 * max(64.0, tokens)
    a, b = (cache_bytes(designs, np.array(np.ceil(t))) for t in (low, high))
    slope = np.maximum((b - a) / (np.ceil(high) - np.ceil(low)), 1e-6)
    return np.maximum(0.0, a - slope * np.ceil(low)), slope
