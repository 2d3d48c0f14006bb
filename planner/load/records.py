"""Records of one design from columns: the replica, its memory, its latencies and its steps."""

from __future__ import annotations

import numpy as np

from planner.answers import Latencies, Memory, MemoryPart, Percentiles, Replica, StepAnswer, TermTime
from planner.formulas.memory import GIB
from planner.load.curves import claimed_tokens
from planner.load.demand import Demand
from planner.load.latency import Latency
from planner.physics.basis import Basis
from planner.physics.case import case_at
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import Footprint
from planner.physics.kernels import support
from planner.physics.kv_cache import cache_bytes
from planner.physics.work import StepTime
from planner.request.metrics import PERCENTILES


def step_answer(step: StepTime) -> StepAnswer:
    """Terms in milliseconds, the longest first; zero terms left out."""

    def ms(value: object) -> float:
        return float(np.max(np.asarray(value, dtype=float))) * 1e3

    terms = [
        TermTime(
            name=name,
            ms=ms(t.seconds),
            compute_ms=ms(t.compute_s),
            bandwidth_ms=ms(t.memory_s),
            fixed_ms=ms(t.fixed_s),
            binds={"collectives": "link", "host": "host"}.get(name, t.binding()),
        )
        for name, t in step.terms.items()
        if ms(t.seconds) > 0
    ]
    return StepAnswer(total_ms=ms(step.total_s), terms=sorted(terms, key=lambda t: -t.ms))


def ground(designs: Designs, row: int, coefficients: Coefficients) -> Basis:
    """What the figures of a design rest on."""
    return coefficients.basis(case_at(designs, row))


def latencies(figures: Latency, row: int, basis: Basis, coefficients: Coefficients) -> Latencies:
    """The three latencies of one row; end-to-end takes the interval of its longer part."""

    def one(metric: str, figure: str) -> Percentiles:
        low, high = coefficients.interval_on(figure, basis)
        values = {p: float(np.ravel(figures.value(metric, p))[row]) for p in PERCENTILES}
        return Percentiles(**values, low=low, high=high, basis=basis)

    return Latencies(ttft_s=one("ttft", "ttft"), tpot_s=one("tpot", "tpot"), e2e_s=one("e2e", "tpot"))


def replica(designs: Designs, row: int, max_sequences: int) -> Replica:
    gpu, fmt = designs.gpus[designs.gpu[row]], designs.formats[designs.fmt[row]]
    engine = designs.engines[designs.engine[row]]
    answer = support(fmt, gpu, engine.id)
    return Replica(
        model=designs.model.id,
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
    total = gib(parts.total)
    one = designs.take(np.array([row]))
    claimed = claimed_tokens(one, demand)
    live = float(cache_bytes(one, claimed)[0])
    pool = gib(parts.kv_pool) * GIB
    ways = int(designs.dp[row])
    sequences = int(pool // max(live, 1.0)) * ways
    return Memory(
        total_gib=total,
        budget_gib=gib(parts.budget),
        parts=named,
        free_gib=total - sum(part.gib for part in named),
        kv_tokens_per_replica=int(pool / max(live, 1.0) * float(claimed[0])) * ways,
        sequences_per_replica=sequences,
    )
