"""From step times to latency: the steady state of continuous batching under open-loop arrivals.

For every design a curve over the number of running sequences n gives the step time, the arrival rate
that keeps n running, and the mean time between tokens. Latency at a given rate is read off the curve,
with waiting for a slot (many servers) and for the prefill lane (one server) added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planner.deployment import Designs
from planner.footprint import batched_tokens
from planner.formulas import queueing
from planner.formulas.types import Array
from planner.inputs import Request
from planner.loads import client_of
from planner.operators import eager_kernels
from planner.speed import Load, StepModel

GRID = 2.0 ** np.arange(0.0, 12.5, 1.0)
TYPICAL_DECODE = 16.0
BLOCK = 8192


@dataclass(frozen=True)
class Demand:
    """The load that one replica design is judged by; `cv` are coefficients of variation."""

    isl: float
    osl: float
    cv_isl: float
    cv_osl: float
    cv_arrival: float

    @classmethod
    def of(cls, request: Request) -> Demand:
        return cls(
            isl=request.input_tokens.mean,
            osl=request.output_tokens.mean,
            cv_isl=request.input_tokens.spread,
            cv_osl=request.output_tokens.spread,
            cv_arrival=request.traffic.cv,
        )

    @property
    def live_tokens(self) -> float:
        """Mean tokens a running sequence holds, weighted by the time it holds them."""
        return self.isl + 0.5 * self.osl * (1.0 + self.cv_osl**2)


@dataclass(frozen=True)
class Curves:
    """Per design (rows): step times over GRID, device time of a prompt, chunk count, and the rate curve.

    `fixed_s`, `own` and `steps` are what the engine adds to a first token: a fixed cost, the share of its
    prompt's device time, and decode steps of scheduling and streaming a chunk; see planner/loads.py.
    """

    step_s: Array
    prompt_s: Array
    fixed_s: Array
    own: Array
    steps: Array
    own_factor: Array
    chunks: Array
    rate_per_s: Array
    demand: Demand

    def take(self, rows: Array) -> Curves:
        names = ("step_s", "prompt_s", "fixed_s", "own", "steps", "own_factor", "chunks", "rate_per_s")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True)
class Latency:
    """Means and variances [s] of the three latencies, and where the design stands; all of one shape."""

    running: Array
    ttft_s: Array
    ttft_var: Array
    tpot_s: Array
    tpot_var: Array
    e2e_s: Array
    e2e_var: Array
    utilization: Array

    def take(self, rows: Array) -> Latency:
        return Latency(*(getattr(self, name)[rows] for name in Latency.__dataclass_fields__))

    def value(self, metric: str, percentile: str) -> Array:
        """`metric` is ttft, tpot or e2e; `percentile` mean, p50, p90, p95 or p99."""
        mean, variance = getattr(self, f"{metric}_s"), getattr(self, f"{metric}_var")
        if percentile == "mean":
            return mean
        return queueing.lognormal_quantile(mean, variance, float(percentile[1:]))


def curves(designs: Designs, demand: Demand, *, caution: float = 1.0) -> Curves:
    """Step-time and rate curves; `caution` multiplies every device time."""
    model = StepModel.of(designs)
    step = np.broadcast_to(model.step(Load(GRID[None, :], demand.live_tokens)).total_s, (len(designs), len(GRID)))
    budget = batched_tokens(designs)[:, None]
    chunk = np.minimum(budget, demand.isl)
    both = model.step(Load(TYPICAL_DECODE, demand.live_tokens, chunk, demand.isl)).total_s
    alone = model.step(Load(TYPICAL_DECODE, demand.live_tokens)).total_s
    prompt = np.maximum(both - alone, 0.0) / chunk * demand.isl * caution
    chunks = np.ceil(demand.isl / budget)
    pp = designs.pp[:, None]
    step = step * caution
    rate = queueing.sustained_rate_per_s(GRID[None, :], step_s=step, prefill_s=prompt, osl=demand.osl)
    # More sequences never serve less: the engine would simply not run them.
    rate = np.maximum.accumulate(rate, axis=1)
    keys, inverse = designs.groups("engine", "gpu")
    client = client_of([(designs.engines[e].era, designs.gpus[g].generation) for e, g in keys])
    return Curves(
        step_s=step,
        prompt_s=prompt[:, 0],
        fixed_s=(client.ttft_s + client.launch_s * eager_kernels(designs.model))[inverse] * caution,
        own=np.maximum(client.own, 1.0)[inverse],
        steps=np.maximum(client.steps, 1.0)[inverse],
        own_factor=((chunks + pp - 1.0) / chunks)[:, 0],
        chunks=chunks[:, 0],
        rate_per_s=rate,
        demand=demand,
    )


def at_index(table: Array, rows: Array, position: Array) -> Array:
    """Values of `table` (designs x GRID) at fractional grid positions of the designs `rows`."""
    last = table.shape[1] - 1
    low = np.clip(np.floor(position).astype(int), 0, last - 1)
    share = np.clip(position - low, 0.0, 1.0)
    return table[rows, low] * (1.0 - share) + table[rows, low + 1] * share


def grid_position(n: Array) -> Array:
    """Fractional index of n sequences on GRID, in log space."""
    return np.interp(np.log2(np.maximum(n, 1e-9)), np.log2(GRID), np.arange(len(GRID), dtype=float))


def rate_at(c: Curves, rows: Array, n: Array) -> Array:
    """Arrival rate that keeps n sequences running; below one sequence it falls in proportion."""
    return at_index(c.rate_per_s, rows, grid_position(n)) * np.minimum(n, 1.0)


def running_at(c: Curves, rate: Array) -> tuple[Array, Array]:
    """Grid position and number of running sequences that `rate` arrivals a second lead to."""
    above = (c.rate_per_s < rate[:, None]).sum(axis=1)
    low = np.clip(above - 1, 0, c.rate_per_s.shape[1] - 2)
    rows = np.arange(len(c.rate_per_s))
    left, right = c.rate_per_s[rows, low], c.rate_per_s[rows, low + 1]
    share = np.clip((rate - left) / np.maximum(right - left, 1e-30), 0.0, 1.0)
    position = low + share
    first = c.rate_per_s[:, 0]
    n = np.where(rate < first, rate / first, GRID[low] * (GRID[low + 1] / GRID[low]) ** share)
    return np.where(rate < first, 0.0, position), n


def latency_of(c: Curves, rows: Array, rate: Array, slots: Array) -> Latency:
    """`latency` for designs `rows`, in blocks that stay in the cache."""
    parts = [
        latency(c.take(rows[i : i + BLOCK]), rate[i : i + BLOCK], slots[i : i + BLOCK])
        for i in range(0, max(1, len(rows)), BLOCK)
    ]
    names = Latency.__dataclass_fields__
    return Latency(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def latency(c: Curves, rate: Array, slots: Array) -> Latency:
    """Latency at `rate` arrivals a second and `slots` sequences at once; infinite when saturated."""
    demand = c.demand
    position, running = running_at(c, rate)
    rows = np.arange(len(c.step_s))
    step = at_index(c.step_s, rows, position)
    tpot = queueing.token_interval_s(running, step_s=step, prefill_s=c.prompt_s, osl=demand.osl)
    slots = np.maximum(slots, 1e-9)
    limit = rate_at(c, rows, slots)
    utilization = rate / np.maximum(limit, 1e-30)
    own = c.fixed_s + c.own * c.prompt_s * c.own_factor + c.steps * c.chunks * step
    wait, wait_var = _prefill_wait(c, rate, own)
    hold = demand.osl * tpot
    spread = (demand.cv_arrival**2 + demand.cv_osl**2) / 2.0
    slot_wait = queueing.many_server_wait_s(running, slots, service_s=hold, cv2=spread)
    slot_var = queueing.delayed_exponential_variance(slot_wait, np.clip(running / slots, 0.0, 1.0) ** 2)
    full = (utilization >= 1.0) | (slots < 0.999)
    ttft = np.where(full, np.inf, wait + slot_wait + own + 0.5 * step)
    ttft_var = wait_var + slot_var + (c.prompt_s * demand.cv_isl) ** 2 + step**2 / 12.0
    tpot_var = _interval_variance(c, rate, position, running, tpot)
    tpot = np.where(full, np.inf, tpot)
    e2e = ttft + demand.osl * tpot
    e2e_var = ttft_var + (demand.osl * tpot * demand.cv_osl) ** 2 + demand.osl**2 * tpot_var
    return Latency(running, ttft, ttft_var, tpot, tpot_var, e2e, e2e_var, utilization)


def closed_loop(c: Curves, clients: Array, slots: Array) -> tuple[Array, Latency]:
    """Rate and latency with `clients` that each send the next request when one ends.

    Little's law fixes the rate: clients = rate x end-to-end time, found by bisection. Beyond the slots
    the rest queue; their wait is part of TTFT.
    """
    seated = np.minimum(clients, slots)
    still = replace(c, demand=replace(c.demand, cv_arrival=0.0))
    low, high = np.zeros_like(seated), c.rate_per_s.max(axis=1)
    for _ in range(40):
        rate = 0.5 * (low + high)
        figures = latency(still, rate, np.full_like(seated, 1e9))
        over = rate * figures.e2e_s > seated
        low, high = np.where(over, low, rate), np.where(over, rate, high)
    figures = latency(still, low, np.full_like(seated, 1e9))
    queued = (clients - seated) / np.maximum(low, 1e-30)
    limit = rate_at(c, np.arange(len(c.step_s)), slots)
    return low, replace(
        figures,
        ttft_s=figures.ttft_s + queued,
        e2e_s=figures.e2e_s + queued,
        utilization=low / np.maximum(limit, 1e-30),
    )


def _prefill_wait(c: Curves, rate: Array, own: Array) -> tuple[Array, Array]:
    """Wait for the prefill lane: prompts are taken in turn, each for its own chunks."""
    demand = c.demand
    busy = np.minimum(rate * c.prompt_s, 1.0)
    wait = queueing.single_server_wait_s(
        rate, service_s=c.prompt_s, cv2_arrival=demand.cv_arrival**2, cv2_service=demand.cv_isl**2
    )
    with np.errstate(invalid="ignore"):
        variance = queueing.delayed_exponential_variance(wait, busy)
    return wait, np.where(np.isfinite(wait), variance, np.inf)


def _interval_variance(c: Curves, rate: Array, position: Array, running: Array, tpot: Array) -> Array:
    """Spread of a request's mean token interval: how many others run, and how many prompts cut in."""
    demand = c.demand
    rows = np.arange(len(c.step_s))
    up = at_index(c.step_s, rows, position + 1.0)
    here = at_index(c.step_s, rows, position)
    ratio = GRID[1] / GRID[0] - 1.0
    slope = (up - here) / np.maximum(running * ratio, 1.0)
    prompts = rate * demand.osl * tpot
    cuts = c.prompt_s**2 * (1.0 + demand.cv_isl**2) * prompts / demand.osl**2
    return slope**2 * np.maximum(running, 1.0) * np.maximum(demand.cv_arrival, 0.1) ** 2 + cuts
