"""Presets from traces: quantiles of the lengths, how the rate varies, what is left within a window.

Run as `python -m planner.calibration.presets NAME SOURCE FILE`; prints one preset as TOML.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from planner.formulas.types import Array
from planner.request.request import Traffic
from planner.traffic.arrivals import arrivals
from planner.traffic.traces import Trace, read_trace

QUANTILES = 257
# Shares of time, finer where the rate is high: that is where latency is made.
CUTS = (0.0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
WINDOWS = (3.0, 5.0, 10.0, 20.0, 30.0, 60.0)
SCALES = (1.0, 3.0, 10.0, 30.0, 100.0)
DRAWN_S = 50_000.0
BLOCK = 200
# Taken, not fitted: an hour holds too few of them.
DRIFT_S = 300.0


def levels_of(trace: Trace, window_s: float) -> list[tuple[float, float]]:
    """(factor on the mean rate, share of time) of windows, without the spread that Poisson counts would show."""
    counts = np.bincount((trace.arrival_s // window_s).astype(int))[:-1].astype(float)
    dispersion = float(counts.var() / counts.mean())
    real = np.sqrt(max(0.0, 1.0 - 1.0 / dispersion)) if dispersion > 0 else 0.0
    factors = np.sort(np.maximum(0.0, 1.0 + (counts / counts.mean() - 1.0) * real))
    edges = np.round(np.array(CUTS) * len(factors)).astype(int)
    parts = [factors[a:b] for a, b in pairwise(edges) if b > a]
    return [(round(float(p.mean()), 4), round(len(p) / len(factors), 4)) for p in parts]


def persistence(trace: Trace, window_s: float) -> float:
    """Rank correlation of the rates of one window and the next, without what Poisson counts take from it."""
    counts = np.bincount((trace.arrival_s // window_s).astype(int))[:-1]
    ranks = _ranks(counts)
    real = max(0.05, 1.0 - counts.mean() / counts.var())
    return float(np.clip(np.corrcoef(ranks[1:], ranks[:-1])[0, 1] / real, 0.0, 0.98))


def dispersion(times: Array) -> Array:
    """Variance over mean of the counts in windows of SCALES seconds."""
    counts = [np.bincount((times // w).astype(int))[:-1].astype(float) for w in SCALES]
    return np.array([c.var() / c.mean() for c in counts])


def traffic_of(trace: Trace, window_s: float) -> Traffic:
    return Traffic(
        rate_per_s=len(trace) / trace.seconds,
        cv=round(gap_cv(trace, window_s), 3),
        levels=tuple(levels_of(trace, window_s)),
        window_s=window_s,
        persistence=round(persistence(trace, window_s), 3),
    )


def best_traffic(trace: Trace) -> Traffic:
    """The window whose drawn arrivals come closest to the trace's dispersion on all scales."""
    truth = dispersion(trace.arrival_s)

    def miss(traffic: Traffic) -> float:
        drawn = dispersion(arrivals(traffic, DRAWN_S, np.random.default_rng(0)))
        return float(np.abs(np.log(drawn / truth)).sum())

    return min((traffic_of(trace, w) for w in WINDOWS), key=miss)


def gap_cv(trace: Trace, window_s: float) -> float:
    """CV of the gaps over their own window's mean gap, windows of five and more requests."""
    window = (trace.arrival_s // window_s).astype(int)
    scaled: list[Array] = []
    for part in np.split(trace.arrival_s, np.flatnonzero(np.diff(window)) + 1):
        gaps = np.diff(part)
        if len(gaps) >= 5 and gaps.mean() > 0:
            scaled.append(gaps / gaps.mean())
    values = np.concatenate(scaled) if scaled else np.ones(1)
    return float(values.std())


def _ranks(values: Array) -> Array:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(float)


def preset(name: str, source: str, trace: Trace) -> str:
    """One preset as TOML."""
    found = best_traffic(trace)
    places = np.linspace(0.0, 1.0, QUANTILES)

    def table(values: Array) -> str:
        return ", ".join(f"{q:g}" for q in np.round(np.quantile(values, places)))

    slow = drift(trace)
    rank = np.corrcoef(_ranks(trace.input_tokens), _ranks(trace.output_tokens))[0, 1]
    levels = ", ".join(f"[{f:g}, {s:g}]" for f, s in found.levels)
    return (
        f'[[preset]]\nname = "{name}"\nsource = "{source}"\n'
        f"requests = {len(trace)}\nhours = {trace.seconds / 3600:.2f}\n"
        f"measured_rate_per_s = {len(trace) / trace.seconds:.4g}\ncv = {found.cv:g}\n"
        f"window_s = {found.window_s:g}\npersistence = {found.persistence:g}\nlevels = [{levels}]\n"
        f"drift = [{slow[0]:g}, {slow[1]:g}]\ndrift_s = {DRIFT_S:g}\n"
        f"correlation = {rank:.3f}\nprefix_hit = {reuse(trace):.3f}\n"
        f"input_quantiles = [{table(trace.input_tokens)}]\noutput_quantiles = [{table(trace.output_tokens)}]\n"
    )


def drift(trace: Trace) -> tuple[float, float]:
    """Shares of the variance of input and output lengths, as normal deviates, that blocks of BLOCK requests share."""

    def share(values: Array) -> float:
        z = ndtri((_ranks(values) + 0.5) / len(values))
        means = z[: len(z) // BLOCK * BLOCK].reshape(-1, BLOCK).mean(axis=1)
        return round(float(np.clip(means.var() - 1.0 / BLOCK, 0.0, 0.9)), 3)

    return share(trace.input_tokens), share(trace.output_tokens)


def reuse(trace: Trace) -> float:
    """Share of input tokens whose blocks an earlier request held, with room for all of them."""
    seen: set[int] = set()
    hit = 0.0
    for i in range(len(trace)):
        blocks = trace.hashes[trace.starts[i] : trace.starts[i + 1]].tolist()
        known = 0
        while known < len(blocks) and blocks[known] in seen:
            known += 1
        hit += min(known * trace.block_tokens, trace.input_tokens[i])
        seen.update(blocks)
    return float(hit / trace.input_tokens.sum())


if __name__ == "__main__":
    name, source, file = sys.argv[1:]
    print(preset(name, source, read_trace(Path(file))))
