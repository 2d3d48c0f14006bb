"""Measured points as runs of the load model, and its predictions of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.evidence.point import Point, designs_of
from planner.evidence.sources import sources
from planner.formulas.types import Array
from planner.load import runs
from planner.load.benchmark import Figures
from planner.load.runs import Features, Runs
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.physics.kv_cache import cache_bytes

LARGEST_SHARE = 0.95
# What was measured had room for sequences of this length, or of the model's own context where that is shorter.
SERVED_TOKENS = 8192.0


def runs_of(points: Sequence[Point], coefficients: Coefficients) -> Runs:
    """What the points ask of one replica each, as columns."""

    def column(name: str) -> Array:
        return np.array([getattr(p, name) for p in points])

    drafts, kept = coefficients.operators.draft_tokens, coefficients.operators.accepted_tokens
    replicas, beams = column("replicas"), column("beams")
    # Where the method is stated, the engine of the design has it.
    unstated = column("speculative") & np.array([p.engine.drafting is None for p in points])
    clients = np.array([_clients(p) for p in points])
    return Runs(
        load=np.array([p.load for p in points]),
        isl=column("isl"),
        osl=column("osl"),
        clients=np.maximum(1.0, clients),
        requests=column("requests") / replicas,
        # Replicas without a client do nothing.
        replicas=replicas * np.minimum(clients, 1.0),
        rounds=column("rounds"),
        median=column("median"),
        limit=np.array([_limit(p) for p in points]),
        fixed=column("fixed_lengths"),
        decode_only=column("decode_only"),
        longest=column("longest"),
        depth=column("depth"),
        beams=beams,
        beam_cost=np.where(beams > 1.0, sources().mlperf.summaries.beam_cost, 1.0),
        verified=beams * (1.0 + unstated * drafts),
        accepted=np.where(unstated, kept, 1.0),
        grouped=column("grouped"),
        common=column("common"),
        polled=column("polled"),
        late=column("late"),
        hit=column("hit"),
    )


def features(points: Sequence[Point], coefficients: Coefficients) -> Features:
    """Points of one model on their designs, in the state that their loads lead to."""
    designs = designs_of(points)
    asked = runs_of(points, coefficients)
    made = np.where(designs.of_engine("reserves_output"), 1.0, 0.5)
    pool = pool_bytes(designs, coefficients, np.ceil(asked.isl + made * asked.osl * asked.beams))
    return runs.features(designs, asked, pool, coefficients)


def _clients(p: Point) -> float:
    """Clients or batch of one replica, below one where replicas stand idle; in a burst all requests are there."""
    return (p.concurrency if p.concurrency else p.requests) / p.replicas


def pool_bytes(designs: Designs, coefficients: Coefficients, live: Array) -> Array:
    """KV pool of each point's design; `live` are the tokens of one sequence that it must at least hold."""
    parts = footprint(designs, coefficients, max_sequences=np.array([256.0]))
    # What was measured ran: where the default share leaves no room for a context, a larger one was set.
    tight = footprint(designs, coefficients, max_sequences=np.array([256.0]), fraction=LARGEST_SHARE)
    served = min(float(designs.model.max_context or SERVED_TOKENS), SERVED_TOKENS)
    # vLLM does not start without room for the longest sequence that it may be asked for.
    checked = np.array([engine.memory_policy == "share_of_total" for engine in designs.engines])[designs.engine]
    needed = cache_bytes(designs, np.where(checked, np.maximum(live, served), live))
    pool: Array = np.where(parts.kv_pool[:, 0] > needed, parts.kv_pool[:, 0], np.maximum(tight.kv_pool[:, 0], 0.0))
    return pool


def _limit(p: Point) -> float:
    if p.load in ("infinite_rate", "offline"):
        return min(float(p.engine.sequences(p.gpu)), p.most) / p.beams
    return p.most


def predict(points: Sequence[Point], coefficients: Coefficients) -> Figures:
    """TTFT and TPOT means [s] and output tokens a second of points of one model."""
    return runs.predicted(features(points, coefficients), coefficients)[1]
