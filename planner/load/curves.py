"""The steady state of continuous batching: step times and rates of every design over the sequences that run.

For every design a curve over the number of running sequences n gives the step time and the arrival rate that keeps n
running; planner/load/latency.py reads percentiles off it.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import Protocol

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.client_terms import balance_steps, client_of, further_steps
from planner.load.demand import POWERS, Demand
from planner.load.grid import GRID, at_index, grid_position
from planner.load.prompts import mixed_steps, prompt_times, seconds_of, timed_loads
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.factors import client_places
from planner.physics.footprint import batched_tokens
from planner.physics.kv_cache import cache_bytes
from planner.physics.layers import eager_kernels
from planner.physics.speculation import drafted
from planner.physics.step import Load, StepModel
from planner.progress import checkpoint


@dataclass(frozen=True)
class Curves(Columns):
    """Per design (rows): step times over GRID, device time of a prompt, chunk count, and the rate curve.

    `fixed_s`, `launch_s`, `own` and `waits` are what the engine adds to a first token: a fixed cost, what the host
    takes to launch its step, the share of its prompt's device time, and token times of scheduling, streaming and
    balancing (load/benchmark.py). `overhead` is the steps that a mean prompt fills beyond its first, `per_step` the
    mean prompts that fill one; `power` the exponent with which device time grows with a prompt, `prompt_cv` and
    `prompt_skew` what it then varies by; `shared` the part of it that prompts in one step have in common; `beside`
    whether sequences decode in the steps that carry prompts; `held` the sequences that the cache holds at what one
    claims of it, where it may bind; `claim_cv2` the squared CV of that; `polled` the steps that a request waits on
    average until the scheduler looks for new ones, spread evenly.
    """

    step_s: Array = field(metadata=COLUMN)
    prompt_s: Array = field(metadata=COLUMN)
    power: Array = field(metadata=COLUMN)
    shared: Array = field(metadata=COLUMN)
    beside: Array = field(metadata=COLUMN)
    fixed_s: Array = field(metadata=COLUMN)
    launch_s: Array = field(metadata=COLUMN)
    own: Array = field(metadata=COLUMN)
    waits: Array = field(metadata=COLUMN)
    own_factor: Array = field(metadata=COLUMN)
    chunks: Array = field(metadata=COLUMN)
    overhead: Array = field(metadata=COLUMN)
    per_step: Array = field(metadata=COLUMN)
    rate_per_s: Array = field(metadata=COLUMN)
    prompt_cv: Array = field(metadata=COLUMN)
    prompt_skew: Array = field(metadata=COLUMN)
    held: Array = field(metadata=COLUMN)
    claim_cv2: Array = field(metadata=COLUMN)
    polled: Array = field(metadata=COLUMN)
    caution: Array = field(metadata=COLUMN)
    first: Array = field(metadata=COLUMN)
    demand: Demand

    @property
    def central(self) -> Curves:
        """The same without caution: every device time and first token as predicted."""
        k, wide = self.caution, self.caution[:, None]
        return replace(
            self, step_s=self.step_s / wide, prompt_s=self.prompt_s / wide, fixed_s=self.fixed_s / k,
            launch_s=self.launch_s / k, rate_per_s=self.rate_per_s * wide, caution=np.ones_like(k),
            first=np.ones_like(k),
        )  # fmt: skip


def curves(
    designs: Designs, demand: Demand, coefficients: Coefficients, *, caution: Array | float = 1.0,
    first: Array | float = 1.0, beams: Array = 1.0, beam_cost: Array = 1.0, steps: StepModel | None = None,
    plain_s: Array | None = None,
) -> Curves:  # fmt: skip
    """Step-time and rate curves; `caution`: factors on every device time, D; `first`: on what first tokens then take,
    D; `beams`: sequences of a request that share its prompt, D x 1, and `beam_cost` what searching them costs a
    decode step, a factor; `steps`, `plain_s`: the step model of the designs and the seconds of its `plain_load`, where
    they are known."""
    model = steps or StepModel.of(designs, coefficients, apart=np.ndim(beams) > 0)
    kept = drafted(designs, coefficients.speculation)[1]
    load = plain_load(model, demand.live_tokens, beams)
    whole = model.seconds(load, len(GRID)) if plain_s is None else plain_s
    budget = batched_tokens(designs)[:, None]
    work = max(1.0, demand.work_tokens)
    loads, carrying = timed_loads(model, demand, work), _carrying_load(model, demand, load)
    *timed, with_prompts = seconds_of(model, [*loads, carrying])
    checkpoint()
    prompt, power, shared = prompt_times(model, demand, work, loads, timed)
    slow = np.broadcast_to(np.asarray(caution, dtype=float), (len(designs),))
    prompt = prompt * slow[:, None]
    chunks = np.ceil(work / budget)
    step, pp = whole * beam_cost / kept * slow[:, None], designs.pp[:, None]
    overhead = np.maximum(work / budget - 1.0, 0.0)
    rate = _rate(model, demand, whole, with_prompts, beam_cost) / slow[:, None]
    kernels = eager_kernels(designs.model, coefficients.eager_kernels)
    places, inverse = client_places(designs, coefficients.own)
    client = client_of(places, coefficients)
    # Whole steps, whatever tokens a step gives.
    held = balance_steps(designs.of_engine("balance_steps"), designs.dp)
    return Curves(
        step_s=np.ascontiguousarray(step),
        prompt_s=np.ascontiguousarray(prompt),
        fixed_s=client.ttft_s[inverse] * slow,
        launch_s=(client.launch_s * kernels)[inverse] * slow,
        own=np.maximum(client.own, 1.0)[inverse],
        waits=(further_steps(client.steps[inverse], mixed_steps(designs)) + held) * kept[:, 0],
        power=power[:, 0],
        shared=shared[:, 0],
        beside=mixed_steps(designs),
        own_factor=((chunks + pp - 1.0) / chunks)[:, 0],
        chunks=chunks[:, 0],
        overhead=overhead[:, 0],
        per_step=budget[:, 0] / work,
        rate_per_s=np.ascontiguousarray(rate),
        prompt_cv=np.interp(power[:, 0], POWERS, demand.prompt_spread[1]),
        prompt_skew=np.interp(power[:, 0], POWERS, demand.prompt_spread[2]),
        held=np.full(len(designs), np.inf),
        claim_cv2=np.where(reserving(designs), demand.reserved_cv2, demand.live_cv2),
        polled=np.zeros(len(designs)),
        demand=demand,
        caution=slow,
        first=np.broadcast_to(np.asarray(first, dtype=float), (len(designs),)),
    )


def plain_load(model: StepModel, context: float, beams: Array = 1.0) -> Load:
    """Steps without prompts over GRID, of sequences with so many live tokens."""
    verified = drafted(model.cuts.designs, model.coefficients.speculation)[0] * beams
    return Load(GRID[None, :], context, verified=verified)


def _carrying_load(model: StepModel, demand: Demand, load: Load) -> Load:
    """The steps that carry prompts while GRID requests are served."""
    work, cuts = max(1.0, demand.work_tokens), model.cuts.designs
    decode = GRID * mixed_steps(cuts)[:, None]
    return replace(
        load, decode=decode, prefill=GRID * work / _carrying(model, demand), prompt=prompt_context(demand)
    )  # fmt: skip


def _carrying(model: StepModel, demand: Demand) -> Array:
    """How many there are of them, C x GRID."""
    work, cuts = max(1.0, demand.work_tokens), model.cuts.designs
    steps = demand.osl / drafted(cuts, model.coefficients.speculation)[1]
    return carrying_steps(steps, GRID * work / batched_tokens(cuts)[:, None])


def _rate(model: StepModel, demand: Demand, plain: Array, with_prompts: Array, beam_cost: Array) -> Array:
    """Requests a second over GRID, D x GRID, from the seconds of steps without prompts and with them."""
    steps = demand.osl / drafted(model.cuts.designs, model.coefficients.speculation)[1]
    mixed = mixed_steps(model.designs)[:, None]
    with_prompts = with_prompts + mixed * (beam_cost - 1.0) * plain
    carrying = model.spread(_carrying(model, demand))
    return rate_curve(plain * beam_cost, with_prompts, model.spread(steps), carrying, mixed)


def prompt_context(demand: Demand) -> float:
    """Tokens that a prompt token attends to, twice their mean over tokens, which long prompts have more of."""
    computed = max(1.0, demand.work_tokens)
    return (computed + 2.0 * (demand.isl - demand.work_tokens)) * (1.0 + demand.input.cv**2)


def carrying_steps(steps: Array, full: Array) -> Array:
    """Steps that carry prompts while GRID requests are served in `steps` decode steps, D x GRID.

    Requests end, and prompts begin, at random: of `steps`, 1 - exp(-n / steps) carry one or more. With the whole token
    budget in each there would be `full`, and there are never fewer.
    """
    return np.maximum(steps * -np.expm1(-GRID / steps), full)


def rate_curve(plain: Array, with_prompts: Array, steps: Array, carrying: Array, mixed: Array) -> Array:
    """Requests a second over GRID, D x GRID: n of them in the time of all steps that serve n.

    `carrying` of them are of `with_prompts` seconds, the others `plain`; all are decode steps where steps are mixed.
    It is a sum of step times with weights that no device changes, so what makes no step longer lowers no rate. More
    sequences never serve less: the engine would simply not run them.
    """
    without = np.where(mixed > 0.0, np.maximum(steps - carrying, 0.0), steps)
    return np.maximum.accumulate(GRID / (without * plain + carrying * with_prompts), axis=1)


def slots_of(designs: Designs, pool_bytes: Array, demand: Demand, limits: Array) -> Array:
    """Sequences that run at once, D x L: what `pool_bytes` (D x L) holds at what one claims, at most `limits`.

    A sequence claims what it holds on average, or all that it may come to hold where the engine reserves it. The next
    in line waits until what it needs to start is free: half of that, met in proportion to its length, stays unused.
    Attention data parallelism gives each of its ranks a cache of its own.
    """
    reserves = reserving(designs)
    first = np.where(reserves, demand.isl + demand.osl, demand.isl)
    cv2 = np.where(reserves, demand.length_cv2, demand.input.cv**2)
    live = cache_bytes(designs, claimed_tokens(designs, demand))[:, None]
    unused = (0.5 * cache_bytes(designs, np.ceil(first)) * (1.0 + cv2))[:, None]
    ways = designs.dp[:, None]
    held = np.maximum((pool_bytes - unused) / np.maximum(live, 1.0), np.floor(pool_bytes / np.maximum(live, 1.0)) > 0)
    return np.minimum(np.maximum(held, 0.0) * ways, limits)


def claimed_tokens(designs: Designs, demand: Demand) -> Array:
    """Mean tokens that a running sequence claims of the cache, D."""
    return np.ceil(np.where(reserving(designs), demand.reserved_tokens, demand.live_tokens))


def reserving(designs: Designs) -> Array:
    """Whether a sequence starts only when all of its output has room, D."""
    return designs.of_engine("reserves_output")


def held_of(designs: Designs, pool_bytes: Array, demand: Demand) -> Array:
    """Sequences that the cache alone would hold, D: where slots are fewer, they are what binds."""
    return slots_of(designs, pool_bytes, demand, np.full((1, 1), np.inf)).max(axis=1, initial=0.0)


class HasRates(Protocol):
    """Requests a second over GRID, D x GRID."""

    @property
    def rate_per_s(self) -> Array: ...


def rate_at(c: HasRates, rows: Array, n: Array) -> Array:
    """Arrival rate that keeps n sequences running; below one sequence it falls in proportion."""
    return at_index(c.rate_per_s, rows, grid_position(n)) * np.minimum(n, 1.0)


def running_at(c: Curves, rate: Array) -> tuple[Array, Array]:
    """Grid position and number of running sequences that `rate` arrivals a second lead to."""
    above = (c.rate_per_s < rate[..., None]).sum(axis=-1)
    low = np.minimum(np.maximum(above - 1, 0), c.rate_per_s.shape[1] - 2)
    rows = np.arange(len(c.rate_per_s))
    left, right = c.rate_per_s[rows, low], c.rate_per_s[rows, low + 1]
    share = np.minimum(np.maximum((rate - left) / np.maximum(right - left, 1e-30), 0.0), 1.0)
    position = low + share
    first = c.rate_per_s[:, 0]
    n = np.where(rate < first, rate / first, GRID[low] * (GRID[low + 1] / GRID[low]) ** share)
    return np.where(rate < first, 0.0, position), n


def undisturbed_e2e_s(c: Curves, rows: Array, rate: Array) -> Array:
    """Mean end-to-end time of the designs `rows` at `rate`, nothing waiting [s]: to rank by, not to predict."""
    part = c.take(rows)
    at = np.arange(len(rows))
    position, _ = running_at(part, rate)
    return at_index(part.prompt_s, at, position) + c.demand.osl * at_index(part.step_s, at, position)
