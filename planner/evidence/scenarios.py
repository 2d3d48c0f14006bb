"""Open-loop points: the largest throughput within a scenario's limits and the latency there, or at a sweep's rate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.evidence.open_loop import is_finite, simulated
from planner.evidence.point import Point, designs_of
from planner.evidence.predict import pool_bytes
from planner.evidence.sources import is_mlperf, is_summaries, sources
from planner.formulas.types import Array
from planner.load.curves import curves, rate_at, slots_of
from planner.load.demand import Demand
from planner.load.latency import latency_of
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from planner.search.candidates import best_rate
from planner.search.prepared import Prepared
from planner.traffic.lengths import Shape, gamma, lognormal

SCENARIOS = ("server", "interactive")
OPEN = (*SCENARIOS, "open_loop")
PERCENTILES = ("p50", "p95", "p99")
# Spread of the lengths of a data set of chats, none of the sources publishes its own; a choice.
CV_IN, CV_OUT = 0.8, 0.7
# Prompts of the 405B task are long and near one another.
CV_LONG = 0.4
LONG = 4000.0
RATE = re.compile(r"(?:QPS offered|rate)\s*[= ]\s*([\d.]+)|at ([\d.]+) req/s")


@dataclass(frozen=True)
class OpenLoop:
    """Columns of N points: output tokens a second of all replicas; the mean latencies of a replica at its rate, and
    its `PERCENTILES` as rows of 3 x N [s]."""

    output_tok_s: Array
    ttft_s: Array
    tpot_s: Array
    ttft_percentiles_s: Array
    tpot_percentiles_s: Array


def sla_of(point: Point, note: str) -> dict[str, float]:
    """The limits of a scenario; none for sweeps over rates."""
    rules, name = sources().mlperf, point.model.id.lower()
    if not is_mlperf({"note": note}):
        return {}
    if is_summaries(name):
        return {"e2e_p99_s": rules.summaries.e2e_s}
    limit = next((limit for limit in rules.limits[point.load] if limit.model in name), None)
    return {"ttft_p99_s": limit.ttft_s, "tpot_p99_s": limit.tpot_s} if limit else {}


def offered_per_s(row: Mapping[str, str]) -> float | None:
    """Requests a second that a sweep's note states."""
    found = RATE.search(row.get("note") or "")
    return float(next(g for g in found.groups() if g)) if found else None


def _is_stated(point: Point, row: Mapping[str, str]) -> bool:
    return point.settings.rate_per_s is not None or offered_per_s(row) is not None


def asked_per_s(point: Point, row: Mapping[str, str]) -> float:
    """Requests a second that a sweep was run at: as stated, else what it served; 0 where neither is known."""
    offered = point.settings.rate_per_s or offered_per_s(row)
    return offered if offered is not None else float(row.get("output_tok_s") or 0.0) / point.osl


def open_loop(points: Sequence[Point], rows: Sequence[Mapping[str, str]], coefficients: Coefficients) -> OpenLoop:
    """Predictions of server and interactive points of one model, in their order."""
    out = np.full((3 + 2 * len(PERCENTILES), len(points)), np.nan)
    groups: dict[tuple[Shape, Shape, float], list[int]] = {}
    for i, p in enumerate(points):
        groups.setdefault((*_shapes(p), p.replicas), []).append(i)
    for (prompt, output, replicas), mine in groups.items():
        # Poisson arrivals, dealt to the replica with the least to do: each sees every so manieth.
        demand = Demand(prompt, output, replicas**-0.5)
        finite = [i for i in mine if is_finite(points[i])]
        others = [i for i in mine if not is_finite(points[i])]
        if finite:
            part = [points[i] for i in finite]
            limits = np.array([_scheduled(p) for p in part])
            out[:, finite] = simulated(part, replace(demand, cv_arrival=1.0), limits, coefficients)
        if others:
            out[:, others] = _group([points[i] for i in others], [rows[i] for i in others], demand, coefficients)
    made, ttft, tpot = out[:3]
    return OpenLoop(made, ttft, tpot, *np.split(out[3:], 2))


def _shapes(p: Point) -> tuple[Shape, Shape]:
    """Distributions of prompts and outputs, of whole tokens on average."""
    isl, osl = max(1.0, round(p.isl)), max(1.0, round(p.osl))
    spread, said = _spreads(p)
    return lognormal(isl, spread), gamma(osl, said) if p.chats and said else lognormal(osl, said)


def _spreads(p: Point) -> tuple[float, float]:
    """Coefficients of variation of prompts and outputs: as stated, none where all are alike, else of the data set."""
    if p.fixed_lengths:
        return 0.0, 0.0
    said = sources().mlperf.summaries.cv_out if is_summaries(p.model.id) else CV_OUT
    spread = CV_LONG if round(p.isl) > LONG else CV_IN
    if p.chats:
        spread, said = sources().clients.chats.cv_in, sources().clients.chats.cv_out
    stated_in, stated_out = p.settings.isl_cv, p.settings.osl_cv
    return (spread if stated_in is None else stated_in, said if stated_out is None else stated_out)


def _scheduled(p: Point) -> float:
    """Sequences that the scheduler lets run; submissions of MLPerf and sweeps without settings tune it."""
    return min(p.most, float(p.engine.sequences(p.gpu))) if p.load == "open_loop" else np.inf


def _group(
    points: Sequence[Point], rows: Sequence[Mapping[str, str]], demand: Demand, coefficients: Coefficients
) -> Array:
    designs = designs_of(points)
    pool = pool_bytes(designs, coefficients, np.ceil(np.full(len(points), demand.live_tokens)))
    beams = np.array([p.beams for p in points])
    limits = np.array(sources().mlperf.tuned_limits)
    # Beams share a prompt's cache; each keeps its own answer.
    wide = replace(demand, output=lognormal(demand.osl * float(beams.max()), demand.output.cv))
    slots = slots_of(designs, pool[:, None], wide, limits[None, :] / beams[:, None])
    cost = np.where(beams > 1.0, sources().mlperf.summaries.beam_cost, 1.0)
    c = curves(designs, demand, coefficients, beams=beams[:, None], beam_cost=cost[:, None])
    c = replace(c, polled=np.array([p.polled for p in points]))
    memory = footprint(designs, coefficients, max_sequences=limits)
    prepared = Prepared(np.arange(len(points)), designs, memory, np.maximum(slots, 1.0), c, limits)
    most = np.zeros(len(points))
    slas = [sla_of(p, row.get("note") or "") for p, row in zip(points, rows, strict=True)]
    for sla in {tuple(s.items()) for s in slas}:
        mine = np.array([tuple(s.items()) == sla for s in slas])
        most[mine] = best_rate(prepared, dict(sla)).max(axis=1)[mine]
    # Where by the prediction no rate keeps the limits, what comes nearest: one request after the other.
    most = np.where(most > 0, most, rate_at(prepared.curves, np.arange(len(points)), np.ones(len(points))))
    replicas = np.array([p.replicas for p in points])
    asked = np.array([asked_per_s(p, row) for p, row in zip(points, rows, strict=True)]) / replicas
    limited = np.array([bool(sla) for sla in slas])
    stated = np.array([_is_stated(p, row) for p, row in zip(points, rows, strict=True)])
    served = np.where(stated & ~limited, np.minimum(most, asked), most)
    rate = np.where(limited, sources().mlperf.near * most, np.where(asked > 0.0, asked, most))
    slots = np.minimum(prepared.slots.max(axis=1), [_scheduled(p) for p in points])
    limit = rate_at(prepared.curves, np.arange(len(points)), slots)
    rate = np.minimum(rate, 0.995 * limit)
    figures = latency_of(prepared.curves, np.arange(len(points)), rate, slots, whole=False)
    return np.array(
        [
            served * demand.osl * replicas, figures.value("ttft", "mean"), figures.value("tpot", "mean"),
            *(figures.value(metric, p) for metric in ("ttft", "tpot") for p in PERCENTILES),
        ]
    )  # fmt: skip
