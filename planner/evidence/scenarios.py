"""Open-loop points: the largest throughput within a scenario's limits and the latency there, or at a sweep's rate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.evidence.points import Point, designs_of, mlperf
from planner.evidence.predict import BEAM_COST, pool_bytes
from planner.formulas.types import Array
from planner.load.curves import Curves, curves, rate_at, rate_curve, slots_of
from planner.load.demand import Demand
from planner.load.latency import latency_of
from planner.search.candidates import Prepared, best_rate
from planner.traffic.lengths import lognormal

SCENARIOS = ("server", "interactive")
# p99 limits of MLPerf's scenarios [s]: TTFT and TPOT, by a word of the model's name (mlcommons/inference mlperf.conf).
LIMITS: dict[str, tuple[tuple[str, float, float], ...]] = {
    "server": (
        ("405b", 6.0, 0.175), ("llama-2-70b", 2.0, 0.2), ("70b", 2.0, 0.2), ("mixtral", 2.0, 0.2), ("8b", 2.0, 0.1),
        ("deepseek", 2.0, 0.08), ("gpt-oss", 3.0, 0.08),
    ),
    "interactive": (
        ("405b", 4.5, 0.08), ("70b", 0.45, 0.04), ("8b", 0.5, 0.03), ("deepseek", 1.5, 0.015), ("gpt-oss", 2.0, 0.015),
    ),
}  # fmt: skip
GPTJ_E2E_S = 20.0
# Spread of the lengths of a data set of chats, none of the sources publishes its own; a choice.
CV_IN, CV_OUT = 0.8, 0.7
# Prompts of the 405B task are long and near one another.
CV_LONG = 0.4
LONG = 4000.0
# GPT-J's summaries have 30 to 128 tokens, 69 on average (mlcommons/inference, language/gpt-j).
CV_SUMMARY = 0.3
# Submissions set their batch limit to what serves most.
TUNED_LIMITS = np.array([64.0, 256.0, 1024.0, 2048.0, 4096.0])
# Submissions run at the most they serve: their latencies are taken just below the largest predicted rate, where a queue
# settles within a run.
NEAR = 0.99
RATE = re.compile(r"(?:QPS offered|rate)\s*[= ]\s*([\d.]+)|at ([\d.]+) req/s")


@dataclass(frozen=True)
class OpenLoop:
    """Columns of N points: output tokens a second of all replicas; the latencies of a replica at its rate."""

    output_tok_s: Array
    ttft_s: Array
    tpot_s: Array
    ttft_p99_s: Array
    tpot_p99_s: Array


def sla_of(point: Point, note: str) -> dict[str, float]:
    """The limits of a scenario; none for sweeps over rates."""
    if not mlperf({"note": note}):
        return {}
    name = point.model.id.lower()
    if "gpt-j" in name:
        return {"e2e_p99_s": GPTJ_E2E_S}
    for word, ttft, tpot in LIMITS[point.load]:
        if word in name:
            return {"ttft_p99_s": ttft, "tpot_p99_s": tpot}
    return {}


def offered_per_s(row: Mapping[str, str]) -> float | None:
    """Requests a second that a sweep's note states."""
    found = RATE.search(row.get("note") or "")
    return float(next(g for g in found.groups() if g)) if found else None


def asked_per_s(point: Point, row: Mapping[str, str]) -> float:
    """Requests a second that a sweep was run at: as its note states, else what it served; 0 where neither is known."""
    offered = offered_per_s(row)
    return offered if offered is not None else float(row.get("output_tok_s") or 0.0) / point.osl


def open_loop(points: Sequence[Point], rows: Sequence[Mapping[str, str]]) -> OpenLoop:
    """Predictions of server and interactive points of one model, in their order."""
    out = np.full((5, len(points)), np.nan)
    groups: dict[tuple[float, float, float], list[int]] = {}
    for i, p in enumerate(points):
        groups.setdefault((round(p.isl), round(p.osl), p.replicas), []).append(i)
    for (isl, osl, replicas), mine in groups.items():
        spread = CV_LONG if isl > LONG else CV_IN
        said = CV_SUMMARY if "gpt-j" in points[0].model.id.lower() else CV_OUT
        # Poisson arrivals, dealt to the replica with the least to do: each sees every so manieth.
        demand = Demand(lognormal(max(1.0, isl), spread), lognormal(max(1.0, osl), said), replicas**-0.5)
        out[:, mine] = _group([points[i] for i in mine], [rows[i] for i in mine], demand)
    return OpenLoop(*out)


def _beamed(c: Curves, beams: Array) -> Curves:
    """Curves with what beam search costs a step."""
    step = c.step_s * np.where(beams > 1.0, BEAM_COST, 1.0)[:, None]
    return replace(c, step_s=step, rate_per_s=rate_curve(step, c.prompt_s, c.shared[:, None], c.demand.osl))


def _group(points: Sequence[Point], rows: Sequence[Mapping[str, str]], demand: Demand) -> Array:
    designs = designs_of(points)
    pool = pool_bytes(designs, np.ceil(np.full(len(points), demand.live_tokens)))
    beams = np.array([p.beams for p in points])
    # Beams share a prompt's cache; each keeps its own answer.
    wide = replace(demand, output=lognormal(demand.osl * float(beams.max()), demand.output.cv))
    slots = slots_of(designs, pool[:, None], wide, TUNED_LIMITS[None, :] / beams[:, None])
    c = _beamed(curves(designs, demand, beams=beams[:, None]), beams)
    c = replace(c, polled=np.array([p.polled for p in points]))
    prepared = Prepared(np.arange(len(points)), designs, None, np.maximum(slots, 1.0), c, TUNED_LIMITS)  # type: ignore[arg-type]
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
    stated = np.array([offered_per_s(row) is not None for row in rows])
    served = np.where(stated & ~limited, np.minimum(most, asked), most)
    rate = np.where(limited, NEAR * most, np.where(asked > 0.0, asked, most))
    slots = prepared.slots.max(axis=1)
    limit = rate_at(prepared.curves, np.arange(len(points)), slots)
    rate = np.minimum(rate, 0.995 * limit)
    figures = latency_of(prepared.curves, np.arange(len(points)), rate, slots, whole=False)
    return np.array(
        [
            served * demand.osl * replicas, figures.value("ttft", "mean"), figures.value("tpot", "mean"),
            figures.value("ttft", "p99"), figures.value("tpot", "p99"),
        ]
    )  # fmt: skip
