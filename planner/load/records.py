"""Records of one design from columns: the replica, its memory, its latencies and its steps."""

from __future__ import annotations

from math import isfinite, isnan

import numpy as np

from planner.answers import (
    Latencies,
    LatencyPart,
    LatencyParts,
    Memory,
    MemoryPart,
    Percentiles,
    Replica,
    StepAnswer,
    TermTime,
)
from planner.formulas.memory import GIB
from planner.formulas.types import Array
from planner.load.curves import claimed_tokens
from planner.load.demand import Demand
from planner.load.latency import Latency
from planner.load.sums import Sum, total
from planner.physics.basis import Basis
from planner.physics.case import case_at
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import Footprint
from planner.physics.kernels import support
from planner.physics.kv_cache import block_tokens, cache_bytes
from planner.physics.work import LAUNCHES, StepTime, Term
from planner.request.metrics import METRICS, PERCENTILES

# A part below it is rounding.
LEAST_MS = 1e-9
# Terms whose names in the fit say where they come from, as they are shown.
SHOWN = {LAUNCHES: "launches"}
BINDS = {"collectives": "link", "host": "host"}


def step_answer(step: StepTime) -> StepAnswer:
    """Terms in milliseconds, the longest first; zero terms left out."""
    terms = [_term(name, t) for name, t in step.terms.items() if _ms(t.seconds) > 0]
    return StepAnswer(total_ms=_ms(step.total_s), terms=sorted(terms, key=lambda t: -t.ms))


def _term(name: str, t: Term) -> TermTime:
    ms, compute, bandwidth, fixed = (_ms(value) for value in (t.seconds, t.compute_s, t.memory_s, t.fixed_s))
    return TermTime(
        name=SHOWN.get(name, name), ms=ms, compute_ms=compute, bandwidth_ms=bandwidth, fixed_ms=fixed,
        hidden_ms=max(0.0, compute + bandwidth + fixed - ms), binds=BINDS.get(name, t.binding()),
    )  # fmt: skip


def latency_parts(parts: Sum) -> LatencyParts:
    """Sum of one design, those of no time left out; their sum is the mean latency."""
    found = [
        LatencyPart(
            name=name, ms=_ms(part.seconds), count=float(np.ravel(part.count)[0]), each_ms=_ms(part.each_s),
            hidden_ms=max(0.0, _ms(part.hidden_s)),
        )
        for name, part in parts.items()
    ]  # fmt: skip
    return LatencyParts(mean_ms=_ms(total(parts)), parts=[p for p in _none_below_zero(found) if p.ms > LEAST_MS])


def _none_below_zero(parts: list[LatencyPart]) -> list[LatencyPart]:
    """The same in all, without parts below zero: what they take off goes on beside the others, in proportion."""
    less, whole = (sum(limit(p.ms, 0.0) for p in parts) for limit in (min, max))
    if less == 0.0 or not isfinite(whole):
        return [p for p in parts if p.ms > 0.0]
    share = min(1.0, -less / max(whole, 1e-300))
    hidden = [(p, share * p.ms) for p in parts if p.ms > 0.0]
    return [p.model_copy(update={"ms": p.ms - ms, "hidden_ms": p.hidden_ms + ms}) for p, ms in hidden]


def _ms(value: object) -> float:
    return float(np.max(np.asarray(value, dtype=float))) * 1e3


def ground(designs: Designs, row: int, coefficients: Coefficients) -> Basis:
    """What the figures of a design rest on."""
    return coefficients.basis(case_at(designs, row))


def percentiles_of(figures: Latency) -> dict[str, dict[str, Array]]:
    """The percentiles of every metric, by its name and theirs [s]; M each."""
    names = [p for p in PERCENTILES if p != "mean"]
    levels = [float(p[1:]) / 100.0 for p in names]
    found = {metric: dict(zip(names, figures.quantiles(metric, levels), strict=True)) for metric in METRICS}
    return {metric: {"mean": np.ravel(figures.value(metric, "mean")), **told} for metric, told in found.items()}


def latencies(figures: dict[str, dict[str, Array]], row: int, basis: Basis, coefficients: Coefficients) -> Latencies:
    """The three latencies of one row of `percentiles_of`; end-to-end takes the interval of its longer part, all there
    is for one token."""

    def one(metric: str, figure: str) -> Percentiles:
        low, high = coefficients.interval_on(figure, basis)
        values = {p: float(column[row]) for p, column in figures[metric].items()}
        return Percentiles(**values, low=low, high=high, basis=basis)

    ttft, tpot = one("ttft", "ttft"), one("tpot", "tpot")
    return Latencies(ttft_s=ttft, tpot_s=tpot, e2e_s=one("e2e", "ttft" if isnan(tpot.mean) else "tpot"))


def replica(designs: Designs, row: int, max_sequences: int) -> Replica:
    gpu, fmt = designs.gpus[designs.gpu[row]], designs.formats[designs.fmt[row]]
    engine = designs.engines[designs.engine[row]]
    answer = support(fmt, gpu, engine.id)
    return Replica(
        model=designs.model.checkpoint,
        weight_format=fmt.id,
        kv_format=designs.kv_formats[designs.kv[row]].id,
        support=answer.level,
        kernel=answer.kernel,
        engine=engine.id,
        tp=int(designs.tp[row]),
        pp=int(designs.pp[row]),
        ep=int(designs.ep[row]),
        dp=int(designs.dp[row]),
        gpus=int(designs.gpus_per_replica[row]),
        max_sequences=max_sequences,
        max_batched_tokens=engine.batched_tokens(gpu),
        draft_tokens=engine.draft_tokens,
    )


def memory(designs: Designs, parts: Footprint, row: int, limit: int, demand: Demand) -> Memory:
    """Memory of one GPU of design `row` under batch limit column `limit`."""

    def gib(values: object) -> float:
        table = np.asarray(values, dtype=float)
        if table.ndim < 2:
            return float(np.ravel(table)[min(row, table.size - 1)]) / GIB
        return float(table[min(row, table.shape[0] - 1), min(limit, table.shape[1] - 1)]) / GIB

    named = [MemoryPart(name=name, gib=gib(values)) for name, values in parts.parts().items()]
    total, card = gib(parts.total), designs.gpus[designs.gpu[row]].memory_bytes / GIB
    free = max(0.0, total - sum(part.gib for part in named))
    one = designs.take(np.array([row]))
    claimed = claimed_tokens(one, demand)
    live, block = float(cache_bytes(one, claimed)[0]), float(block_tokens(one)[0])
    pool = gib(parts.kv_pool) * GIB
    ways = int(designs.dp[row])
    # A model that keeps nothing between steps holds neither.
    keeps = live >= 1.0
    sequences = int(pool // live) * ways if keeps else 0
    tokens = int(pool / live * np.ceil(claimed[0] / block) * block) * ways if keeps else 0
    return Memory(
        card_gib=card,
        driver_gib=card - total,
        total_gib=total,
        budget_gib=gib(parts.budget),
        parts=named,
        free_gib=free,
        reserve_gib=min(free, total - gib(parts.budget)),
        kv_tokens_per_replica=tokens,
        sequences_per_replica=sequences,
    )
