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

    A client alone meets no one: its spread is that of the lengths. Clients beyond the slots wait for as many answers as
    wait before them: a sum of many, taken as one time for all.
    """
    still = replace(c, demand=replace(c.demand, cv_arrival=0.0, levels=((1.0, 1.0),)))
    rate = found.output_tok_s / c.demand.osl
    others = rate * np.maximum(state.running - 1.0, 0.0) / np.maximum(state.running, 1e-9)
    shape = latency(still, np.maximum(others, 1e-9), np.full_like(rate, 1e9))
    whole = found.ttft_s + np.maximum(c.demand.osl - 1.0, 0.0) * found.tpot_s
    beyond = np.maximum(state.asked - slots, 0.0)
    queued = np.minimum(beyond / np.maximum(rate, 1e-30), found.ttft_s)
    limit = rate_at(c, np.arange(len(rate)), np.maximum(slots, 1e-9))
    return Latency(
        state.running,
        rate / np.maximum(limit, 1e-30),
        _later(_with_mean(shape.ttft, found.ttft_s - queued), queued),
        _with_mean(shape.tpot, found.tpot_s if c.demand.has_gaps else np.full_like(rate, np.nan)),
        _later(_with_mean(shape.e2e, whole - queued), queued),
    )


def _later(m: Mixture, by_s: Array) -> Mixture:
    least, most = (None if bound is None else bound + by_s for bound in (m.least, m.most))
    return replace(m, mean=m.mean + by_s[..., None], least=least, most=most)


def _with_mean(m: Mixture, mean: Array) -> Mixture:
    """The mixture and its bounds stretched so that its mean is `mean`; all of it there where the shape has no mean to
    stretch."""
    average = m.average
    known = np.isfinite(average) & (average > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = mean / average
        moments = m.mean, m.variance, m.third
        stretched = [moment * factor[..., None] ** (j + 1) for j, moment in enumerate(moments)]
    there, nothing = np.broadcast_to(mean[..., None], m.mean.shape), np.zeros_like(m.mean)
    flat = (there, nothing, nothing)
    columns = [np.where(known[..., None], moment, point) for moment, point in zip(stretched, flat, strict=True)]
    least = None if m.least is None else np.where(known, np.minimum(m.least * factor, mean), mean)
    most = None if m.most is None else np.where(known, np.maximum(m.most * factor, mean), mean)
    return replace(m, mean=columns[0], variance=columns[1], third=columns[2], least=least, most=most)
