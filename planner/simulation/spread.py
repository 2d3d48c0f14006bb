"""How the latencies of a run are spread, and how many requests waited and ran in its course."""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.simulation.jobs import Jobs, times
from planner.simulation.outcome import WARM_UP

METRICS = ("ttft", "tpot", "e2e")
# Shares of the requests, the last ones close to each other: limits are on the slow ones.
SHARES = (*(n / 100.0 for n in range(96)), *(0.95 + n / 1000.0 for n in range(1, 51)))
MOMENTS = 240


@dataclass(frozen=True, slots=True)
class LatencySpread:
    """quantiles_s: by metric, the time [s] that a share of SHARES stays within, of what was served after the warm-up;
    empty where there is none. waiting, running: requests without and with a first token, at each of `at_s` [s]."""

    quantiles_s: dict[str, tuple[float, ...]]
    at_s: tuple[float, ...]
    waiting: tuple[int, ...]
    running: tuple[int, ...]


def spread(jobs: Jobs) -> LatencySpread:
    """Of a run that has ended."""
    found, arrival = times(jobs), np.array(jobs.arrival_s, dtype=float)
    # The same requests that the percentiles of the answer are of.
    late = arrival >= arrival[0] + WARM_UP * (arrival[-1] - arrival[0]) if len(arrival) else np.zeros(0, dtype=bool)
    quantiles = {name: _quantiles(found[f"{name}_s"][late]) for name in METRICS}
    first, finish = (np.array(column, dtype=float) for column in (jobs.first_s, jobs.finish_s))
    at_s = np.linspace(0.0, _last(arrival, finish), MOMENTS)
    arrived, begun, ended = (
        np.searchsorted(np.sort(column[np.isfinite(column)]), at_s, side="right")
        for column in (arrival[~np.array(jobs.refused, dtype=bool)], first, finish)
    )
    return LatencySpread(
        quantiles, tuple(at_s.tolist()), tuple((arrived - begun).tolist()), tuple((begun - ended).tolist())
    )


def _quantiles(values: Array) -> tuple[float, ...]:
    values = values[np.isfinite(values)]
    return tuple(np.quantile(values, SHARES).tolist()) if len(values) else ()


def _last(arrival: Array, finish: Array) -> float:
    """Until the last answer ended [s]."""
    return float(np.nanmax(np.concatenate([arrival, finish]), initial=0.0))
