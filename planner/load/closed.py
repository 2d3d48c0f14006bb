"""Percentiles in a closed loop: means of the benchmark model, with the spread of the closed form around them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.formulas.distribution import Mixture
from planner.formulas.types import Array
from planner.load.benchmark import Figures, Steady
from planner.load.curves import Curves, rate_at
from planner.load.latency import Latency, latency


def in_a_loop(c: Curves, state: Steady, found: Figures, slots: Array) -> Latency:
    """Latencies of M designs with the means of `found`, under the steps and prompts of the other clients.

    A client alone meets no one: its spread is that of the lengths.
    """
    still = replace(c, demand=replace(c.demand, cv_arrival=0.0, levels=((1.0, 1.0),)))
    rate = found.output_tok_s / c.demand.osl
    others = rate * np.maximum(state.running - 1.0, 0.0) / np.maximum(state.running, 1e-9)
    shape = latency(still, np.maximum(others, 1e-9), np.full_like(rate, 1e9))
    whole = found.ttft_s + np.maximum(c.demand.osl - 1.0, 0.0) * found.tpot_s
    limit = rate_at(c, np.arange(len(rate)), np.maximum(slots, 1e-9))
    return Latency(
        state.running,
        rate / np.maximum(limit, 1e-30),
        _with_mean(shape.ttft, found.ttft_s),
        _with_mean(shape.tpot, found.tpot_s if c.demand.has_gaps else np.full_like(rate, np.nan)),
        _with_mean(shape.e2e, whole),
    )


def _with_mean(m: Mixture, mean: Array) -> Mixture:
    """The mixture stretched so that its mean is `mean`; all of it there where the shape has no mean to stretch."""
    average = m.average
    known = (np.isfinite(average) & (average > 0.0))[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (mean / average)[..., None]
        moments = m.mean * factor, m.variance * factor**2, m.third * factor**3
    there, nothing = np.broadcast_to(mean[..., None], m.mean.shape), np.zeros_like(m.mean)
    flat = (there, nothing, nothing)
    columns = [np.where(known, moment, point) for moment, point in zip(moments, flat, strict=True)]
    return replace(m, mean=columns[0], variance=columns[1], third=columns[2])
