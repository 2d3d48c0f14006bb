"""Predictions of measured points: the state that each load leads to, and the figures a client sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from planner.evidence.points import Point, designs_of
from planner.evidence.sources import sources
from planner.formulas.types import Array
from planner.load.benchmark import Asked, Figures, Steady, burst, closed_loop, generation, one_prompt, static_batch
from planner.load.client_terms import Client, balance_steps, client_of
from planner.physics import factors
from planner.physics.coefficient_parts import Operators
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import batched_tokens, footprint
from planner.physics.kv_cache import cache_bytes
from planner.physics.layers import eager_kernels, mixer_of
from planner.physics.step import Load, StepModel
from planner.physics.work import Term, Work

LOAD_MODELS = {
    "closed_loop": closed_loop,
    "min_latency": closed_loop,
    "static_batch": static_batch,
    "infinite_rate": burst,
    "offline": burst,
    "server": closed_loop,
    "interactive": closed_loop,
    "generation": generation,
    "prompt": one_prompt,
}


LARGEST_SHARE = 0.95


@dataclass(frozen=True)
class Given:
    """What the points themselves say, as columns of N; `beam_cost` is a factor on their steps."""

    loads: npt.NDArray[np.str_]
    kinds: tuple[str, ...]
    asked: Asked
    beam_cost: Array

    @classmethod
    def of(cls, points: Sequence[Point], coefficients: Coefficients) -> Given:
        loads = np.array([p.load for p in points])
        searching = np.array([p.beams > 1.0 for p in points])
        kinds = tuple(sorted(set(loads.tolist())))
        return cls(
            loads,
            kinds,
            _asked_of(points, coefficients),
            np.where(searching, sources().mlperf.summaries.beam_cost, 1.0),
        )


def _asked_of(points: Sequence[Point], coefficients: Coefficients) -> Asked:
    def column(name: str) -> Array:
        return np.array([getattr(p, name) for p in points])

    replicas = column("replicas")
    kernels = {p.model.id: eager_kernels(p.model, coefficients.eager_kernels) for p in points}
    held = balance_steps([p.engine.balance_steps for p in points], np.array([p.split.dp for p in points]))
    return Asked(
        isl=column("isl"),
        # Without a stated output length the point is a decode rate: no prompt falls between its tokens.
        osl=np.where(column("decode_only"), 1e6, column("osl")),
        asked=np.array([min(_clients(p), 1e9) for p in points]),
        requests=column("requests") / replicas,
        replicas=replicas,
        rounds=column("rounds"),
        fixed=column("fixed_lengths"),
        mixed=np.array([p.engine.mixed_steps for p in points]),
        longest=column("longest"),
        kernels=np.array([kernels[p.model.id] for p in points]),
        stages=np.array([float(p.split.pp) for p in points]),
        accepted=np.where(column("speculative"), coefficients.operators.accepted_tokens, 1.0),
        balance=held + column("polled"),
        grouped=column("grouped"),
    )


class States(Protocol):
    """What the state of a load is read from; columns of N points."""

    @property
    def given(self) -> Given: ...
    @property
    def running(self) -> Array: ...
    @property
    def slots(self) -> Array: ...
    @property
    def chunk(self) -> Array: ...
    @property
    def chunks(self) -> Array: ...
    @property
    def batch(self) -> Array: ...


@dataclass(frozen=True)
class Features:
    """Everything of N points of one model that calibration does not change."""

    points: tuple[Point, ...]
    given: Given
    designs: Designs
    decode: Mapping[str, Work]
    mixed: Mapping[str, Work]
    running: Array
    slots: Array
    chunk: Array
    chunks: Array
    batch: Array


def features(points: Sequence[Point], coefficients: Coefficients) -> Features:
    """Work of a decode step and of a mixed step for each point, at the concurrency its load leads to."""
    designs = designs_of(points)
    isl, osl = (np.array([getattr(p, name) for p in points]) for name in ("isl", "osl"))
    beams = np.array([p.beams for p in points])
    live = isl + 0.5 * osl
    seen = isl + 2.0 * np.array([p.depth for p in points])  # a prompt behind others attends to them, too
    made = np.where([p.engine.reserves_output for p in points], 1.0, 0.5)
    slots = _slots(points, designs, coefficients, np.ceil(isl + made * osl * beams))
    asked = np.array([_clients(p) for p in points])
    running = np.maximum(1.0, np.minimum(asked, slots))
    budget = batched_tokens(designs)
    # Requests that end in one step let as many prompts in at once.
    chunk = np.minimum(budget, isl * np.maximum(1.0, running / osl))
    model = StepModel.of(designs, coefficients)
    drafts = coefficients.operators.draft_tokens
    verified = np.array([p.beams * (1.0 + p.speculative * drafts) for p in points])[:, None]
    shared = (np.array([p.common for p in points]) / live)[:, None]
    decode = model.work(Load(running[:, None], live[:, None], verified=verified, shared=shared))
    mixed = model.work(Load(running[:, None], live[:, None], chunk[:, None], seen[:, None], verified, shared))
    chunks, batch = np.ceil(isl / budget), np.maximum(1.0, budget / isl)
    given = Given.of(points, coefficients)
    return Features(tuple(points), given, designs, decode, mixed, running, slots, chunk, chunks, batch)


def _clients(p: Point) -> float:
    """Clients or batch of one replica; in a burst all of its requests are there at once."""
    if p.concurrency:
        return max(1.0, p.concurrency / p.replicas)
    return p.requests / p.replicas


def _slots(points: Sequence[Point], designs: Designs, coefficients: Coefficients, live: Array) -> Array:
    """Sequences that the KV pool holds at `live` tokens each, at most the scheduler's limit."""
    limit = np.array([_limit(p) for p in points])
    pool = pool_bytes(designs, coefficients, live)
    # What all sequences have in common is held once; the state of recurrent layers is everyone's own.
    once = cache_bytes(designs, np.array([p.common for p in points])) - cache_bytes(designs, np.zeros(len(points)))
    each = cache_bytes(designs, live) - once
    held = np.floor((pool - once) / np.maximum(each, 1.0)) * designs.dp * designs.pp
    return np.clip(held, 1.0, limit)


def pool_bytes(designs: Designs, coefficients: Coefficients, live: Array) -> Array:
    """KV pool of each point's design; `live` are the tokens of one sequence that it must at least hold."""
    parts = footprint(designs, coefficients, max_sequences=np.array([256.0]))
    # What was measured ran: where the default share leaves no room, a larger one was set.
    tight = footprint(designs, coefficients, max_sequences=np.array([256.0]), fraction=LARGEST_SHARE)
    one = cache_bytes(designs, live)
    pool: Array = np.where(parts.kv_pool[:, 0] > one, parts.kv_pool[:, 0], np.maximum(tight.kv_pool[:, 0], 0.0))
    return pool


def _limit(p: Point) -> float:
    if p.load in ("infinite_rate", "offline"):
        return min(float(p.engine.sequences(p.gpu)), p.most) / p.beams
    return p.most


def seconds(work: Mapping[str, Work], columns: Mapping[str, tuple[Array, Array, Array]], exponent: float) -> Array:
    """Calibrated seconds of a step, one a point."""
    total: Array = 0.0
    for name, part in work.items():
        total = total + Term.of(part, columns[name], exponent).seconds
    return np.broadcast_to(total, (len(next(iter(columns.values()))[0]), 1))[:, 0]


def steady(f: States, decode_s: Array, mixed_s: Array) -> Steady:
    g = f.given
    return Steady.of(
        g.asked,
        running=f.running,
        slots=f.slots,
        decode_s=decode_s * g.beam_cost / g.asked.accepted,
        prompt_s=np.maximum(mixed_s - decode_s, 1e-7) / f.chunk * g.asked.isl,
        chunks=f.chunks,
        batch=f.batch,
    )


def figures(f: States, state: Steady, client: Client, operators: Operators) -> Figures:
    """The figures of each point under its own load."""
    loads = f.given.loads
    out = [np.zeros(len(loads)) for _ in range(3)]
    answers = {model: model(state, client, operators) for model in {LOAD_MODELS[load] for load in f.given.kinds}}
    for load in f.given.kinds:
        answer, here = answers[LOAD_MODELS[load]], loads == load
        for column, values in zip(out, (answer.ttft_s, answer.tpot_s, answer.output_tok_s), strict=True):
            column[here] = np.broadcast_to(values, loads.shape)[here]
    return Figures(*out)


def predict(points: Sequence[Point], coefficients: Coefficients) -> Figures:
    """TTFT and TPOT means [s] and output tokens a second of points of one model."""
    f = features(points, coefficients)
    columns = factors.columns(f.designs, coefficients)
    exponent = coefficients.operators.roof_exponent
    state = steady(f, seconds(f.decode, columns, exponent), seconds(f.mixed, columns, exponent))
    client = client_of([(p.engine.era, p.gpu.generation, mixer_of(p.model)) for p in points], coefficients)
    return figures(f, state, client, coefficients.operators)
