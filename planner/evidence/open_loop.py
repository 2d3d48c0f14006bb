"""Open-loop points with a stated number of requests, simulated: a short run is a transient, not a steady state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from planner.evidence.point import Point, designs_of
from planner.evidence.predict import pool_bytes
from planner.formulas.types import Array
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.simulation.clock import clock
from planner.simulation.jobs import Jobs
from planner.simulation.outcome import Outcome
from planner.simulation.replicas import Setup, simulate
from planner.simulation.work import MOST_STEPS, StepBudget, TooLongError
from planner.traffic.lengths import sample

# Runs that a prediction is the mean of, so that one draw's luck does not show.
DRAWS = 5
MOST_REQUESTS = 20_000
# Figures of a point; why one has none.
ROWS = 9
TOO_LONG = f"rate_per_s: not simulated: needs more than {MOST_STEPS:,} steps"
# What the rows of one sweep have in common, and how much longer a first token may take at a lower rate.
SERVER = ("source", "model", "weights", "gpu", "gpus", "tp", "pp", "engine")
HELD_UP = 2.0 / 3.0


def is_finite(p: Point) -> bool:
    """Whether a point is an open loop of so many requests at a stated rate."""
    told = p.settings
    return p.load == "open_loop" and bool(told.rate_per_s) and 0 < (told.prompts or 0.0) <= MOST_REQUESTS


def waits_less_at_more(rows: Sequence[Mapping[str, str]]) -> list[bool]:
    """Of each row whether the same server's first tokens take less than two thirds, at p95, at a higher rate."""
    keys = [tuple(row.get(name) or "" for name in SERVER) for row in rows]
    told = [(float(row.get("rate_per_s") or 0.0), float(row.get("ttft_ms_p95") or np.nan)) for row in rows]
    return [
        any(
            other == key and more > rate and p95 < HELD_UP * mine for other, (more, p95) in zip(keys, told, strict=True)
        )
        for key, (rate, mine) in zip(keys, told, strict=True)
    ]


def simulated(points: Sequence[Point], demand: Demand, limits: Array, coefficients: Coefficients) -> Array:
    """Rows of output tokens a second, means of TTFT and TPOT [s], then p50, p95 and p99 of each; a column a point, NaN
    where its runs need more steps than they may (`TOO_LONG`).

    limits: most sequences that the scheduler of each point runs.
    """
    designs = designs_of(points)
    pool = pool_bytes(designs, coefficients, np.ceil(np.full(len(points), demand.live_tokens)))
    columns = []
    for i, p in enumerate(points):
        one = designs.take(np.array([i]))
        try:
            columns.append(_figures(p, one, demand, float(pool[i]), int(limits[i]), coefficients))
        except TooLongError:
            columns.append([float("nan")] * ROWS)
    return np.array(columns).T


def _figures(
    p: Point, design: Designs, demand: Demand, pool: float, limit: int, coefficients: Coefficients
) -> list[float]:
    ticks = clock(
        design, coefficients, pool_bytes=pool, max_sequences=limit, typical_tokens=demand.live_tokens
    )  # fmt: skip
    setup = Setup(max(1, round(p.replicas)), prefix_hit=p.hit)
    work = StepBudget()
    outcomes = [simulate(ticks, _jobs(p, demand, seed), setup, work=work) for seed in range(DRAWS)]
    ttft, tpot = (np.concatenate([_ended(o, name) for o in outcomes]) for name in ("ttft_s", "tpot_s"))
    ttft = ttft + p.remote_s
    rate = np.mean([o.output_tokens.sum() / max(o.makespan_s, 1e-9) for o in outcomes])
    return [
        float(rate), float(ttft.mean()), float(tpot.mean()), *np.percentile(ttft, (50, 95, 99)).tolist(),
        *np.percentile(tpot, (50, 95, 99)).tolist(),
    ]  # fmt: skip


def _ended(outcome: Outcome, name: str) -> Array:
    values = getattr(outcome, name)
    known = values[np.isfinite(values)]
    return known if len(known) else np.array([np.nan])


def _jobs(p: Point, demand: Demand, seed: int) -> Jobs:
    """The requests of one run, Poisson from an idle start."""
    rng = np.random.default_rng(seed)
    count = int(p.settings.prompts or 1)
    times = np.cumsum(rng.exponential(1.0 / float(p.settings.rate_per_s or 1.0), count))
    isl, osl = sample(demand.input, demand.output, 0.0, count, rng)
    return Jobs.of(times, isl, osl)
