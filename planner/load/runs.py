"""Benchmark runs on designs, from what is asked of them to what their clients see: the one model of closed loops.

`estimate` and `validate` predict with it, and the fit learns on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

import numpy as np

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.benchmark import (
    Figures,
    Offered,
    Steady,
    burst,
    closed_loop,
    companions,
    generation,
    one_prompt,
    static_batch,
)
from planner.load.client_terms import Client, balance_steps, client_of
from planner.physics import factors
from planner.physics.coefficient_parts import Operators
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.footprint import batched_tokens
from planner.physics.kv_cache import cache_bytes
from planner.physics.layers import eager_kernels
from planner.physics.speculation import drafted
from planner.physics.step import Load, StepModel
from planner.physics.work import StepTime, Term, Work

MODELS = {
    "closed_loop": closed_loop,
    "min_latency": closed_loop,
    "static_batch": static_batch,
    "infinite_rate": burst,
    "offline": burst,
    "server": closed_loop,
    "interactive": closed_loop,
    "open_loop": closed_loop,
    "generation": generation,
    "prompt": one_prompt,
}
CLOSED = tuple(kind for kind, model in MODELS.items() if model is closed_loop)
# Loads whose prompts run before anything decodes.
PROMPTS_FIRST = ("static_batch", "prompt")


@dataclass(frozen=True)
class Runs(Columns):
    """N runs: what one replica is asked.

    load: a key of MODELS; isl, osl: mean tokens; clients: or batch (infinite: all there are); requests: those of a
    burst; replicas: that are used; rounds: requests that each client sends in turn; median: whether the first token
    asked for is a median; limit: most sequences that the scheduler runs; fixed: whether all requests have the same
    length; decode_only: whether the output length is not stated, so that the run tells a decode rate; longest:
    longest output over the mean; depth: tokens before the prompt; beams: sequences of a request; beam_cost: factor
    on their steps; verified: tokens that a step computes for a sequence; accepted: tokens that it yields; grouped:
    tokens that are sent together; common: tokens that all sequences have in common; polled: steps until the
    scheduler looks for requests; late: share of a request's time before its client reads the first token; hit:
    share of a prompt in the prefix cache. What the engines of the designs draft comes on top of `verified` and
    `accepted`.
    """

    load: Array = field(metadata=COLUMN)
    isl: Array = field(metadata=COLUMN)
    osl: Array = field(metadata=COLUMN)
    clients: Array = field(metadata=COLUMN)
    requests: Array = field(metadata=COLUMN)
    replicas: Array = field(metadata=COLUMN)
    rounds: Array = field(metadata=COLUMN)
    median: Array = field(metadata=COLUMN)
    limit: Array = field(metadata=COLUMN)
    fixed: Array = field(metadata=COLUMN)
    decode_only: Array = field(metadata=COLUMN)
    longest: Array = field(metadata=COLUMN)
    depth: Array = field(metadata=COLUMN)
    beams: Array = field(metadata=COLUMN)
    beam_cost: Array = field(metadata=COLUMN)
    verified: Array = field(metadata=COLUMN)
    accepted: Array = field(metadata=COLUMN)
    grouped: Array = field(metadata=COLUMN)
    common: Array = field(metadata=COLUMN)
    polled: Array = field(metadata=COLUMN)
    late: Array = field(metadata=COLUMN)
    hit: Array = field(metadata=COLUMN)

    @classmethod
    def closed_loop(
        cls, *, isl: float, osl: float, clients: float, rounds: float, limit: float, fixed: bool, hit: float = 0.0
    ) -> Runs:
        """One closed loop on one replica."""
        numbers = {
            "isl": isl, "osl": osl, "clients": clients, "requests": np.inf, "replicas": 1.0, "rounds": rounds,
            "limit": limit, "longest": 1.0, "depth": 0.0, "beams": 1.0, "beam_cost": 1.0, "verified": 1.0,
            "accepted": 1.0, "grouped": 1.0, "common": 0.0, "polled": 0.0, "late": 0.0, "hit": hit,
        }  # fmt: skip
        columns = {name: np.array([float(value)]) for name, value in numbers.items()}
        flags = {"fixed": np.array([fixed]), "decode_only": np.array([False]), "median": np.array([False])}
        return cls(load=np.array(["closed_loop"]), **columns, **flags)


@dataclass(frozen=True)
class RunState(Columns):
    """N runs in the state that calibration does not change.

    running: sequences that decode at once; slots: the most that may; new: prompt tokens that are computed; chunk:
    prompt tokens of a step; chunks: steps of a prompt; batch: prompts that one step may carry; per_step: prompts that
    its token budget holds, a part of one where they are longer; beside: sequences that decode in the step that carries
    a prompt.
    """

    load: Array = field(metadata=COLUMN)
    asked: Offered = field(metadata=COLUMN)
    beam_cost: Array = field(metadata=COLUMN)
    running: Array = field(metadata=COLUMN)
    slots: Array = field(metadata=COLUMN)
    new: Array = field(metadata=COLUMN)
    chunk: Array = field(metadata=COLUMN)
    chunks: Array = field(metadata=COLUMN)
    batch: Array = field(metadata=COLUMN)
    per_step: Array = field(metadata=COLUMN)
    beside: Array = field(metadata=COLUMN)


@dataclass(frozen=True)
class Features:
    """N runs of one model: their state, and the work of a decode step and of a step with a prompt."""

    designs: Designs
    state: RunState
    decode: Mapping[str, Work]
    prompt: Mapping[str, Work]


def features(designs: Designs, runs: Runs, pool_bytes: Array, coefficients: Coefficients) -> Features:
    """The work of each run on its own design, at the concurrency that its load leads to; `pool_bytes`: KV of a GPU."""
    made = np.where(designs.of_engine("reserves_output"), 1.0, 0.5)
    live = runs.isl + 0.5 * runs.osl
    slots = slots_of_runs(designs, runs, pool_bytes, np.ceil(runs.isl + made * runs.osl * runs.beams))
    running = np.maximum(1.0, np.minimum(runs.clients, slots))
    budget = batched_tokens(designs)
    new = np.maximum(runs.isl * (1.0 - runs.hit), 1.0)
    mixed = designs.of_engine("mixed_steps")
    first = np.isin(runs.load, PROMPTS_FIRST)
    asked = offered_of(designs, runs, coefficients)
    chunks, batch = np.ceil(new / budget), np.maximum(1.0, budget / new)
    # Prompts that wait for one another share a step.
    ahead = companions(asked, running, batch, 1.0, coefficients.operators)
    together = np.where(first, running, 1.0 + ahead)
    chunk = np.minimum(budget, new * together)
    # In a closed loop those that wait for the token budget of a step do not decode, nor does who has its only token.
    looped = np.isin(runs.load, CLOSED)
    room = np.where(mixed & looped, np.maximum(asked.osl - 1.0, 0.0) * budget / new, np.inf)
    decoding = np.minimum(running - 1.0, room)
    beside = np.where(mixed & ~first, decoding, 0.0)
    # A prompt behind others, or behind what the cache holds of it, attends to that, too.
    seen = new + 2.0 * (runs.depth + runs.isl - new)
    model = StepModel.of(designs, coefficients, apart=True)
    verified = runs.verified[:, None] * drafted(designs, coefficients.speculation)[0]
    shared = (runs.common / live)[:, None]
    decode = model.work(Load(1.0 + decoding[:, None], live[:, None], verified=verified, shared=shared))
    prompt = model.work(Load(beside[:, None], live[:, None], chunk[:, None], seen[:, None], verified, shared))
    per_step = budget / new
    state = RunState(runs.load, asked, runs.beam_cost, running, slots, new, chunk, chunks, batch, per_step, beside)
    return Features(designs, state, decode, prompt)


def slots_of_runs(designs: Designs, runs: Runs, pool_bytes: Array, live: Array) -> Array:
    """Sequences that the KV pool holds at `live` tokens each, at most the scheduler's limit.

    A pipeline's stages each hold their layers of every sequence; ranks of attention data parallelism hold their own.
    """
    # What all sequences have in common is held once; the state of recurrent layers is everyone's own.
    once = cache_bytes(designs, runs.common) - cache_bytes(designs, np.zeros(len(designs)))
    each = cache_bytes(designs, live) - once
    held = np.floor((pool_bytes - once) / np.maximum(each, 1.0)) * designs.dp
    return np.clip(held, 1.0, np.maximum(runs.limit, 1.0))


def offered_of(designs: Designs, runs: Runs, coefficients: Coefficients) -> Offered:
    """What is asked, with what the engines of the designs make of it."""
    kernels = eager_kernels(designs.model, coefficients.eager_kernels)
    held = balance_steps(designs.of_engine("balance_steps"), designs.dp)
    return Offered(
        isl=runs.isl,
        # Without a stated output length the run is a decode rate: no prompt falls between its tokens.
        osl=np.where(runs.decode_only, 1e6, runs.osl),
        asked=np.minimum(runs.clients, 1e9),
        requests=runs.requests,
        replicas=runs.replicas,
        rounds=runs.rounds,
        # The first round is no part of what a median says, unless there is no other.
        early=np.where(runs.median & (runs.rounds > 2.0), 0.0, 1.0 / np.maximum(runs.rounds, 1.0)),
        fixed=runs.fixed,
        mixed=designs.of_engine("mixed_steps"),
        longest=runs.longest,
        kernels=np.full(len(designs), float(kernels)),
        stages=designs.pp.astype(float),
        accepted=runs.accepted * drafted(designs, coefficients.speculation)[1][:, 0],
        balance=held + runs.polled,
        grouped=runs.grouped,
        late=runs.late,
    )


def steady(f: RunState, decode_s: Array, prompt_s: Array) -> Steady:
    """The state with its seconds: of a decode step, and of a step that carries a prompt beside what decodes."""
    more = np.maximum(prompt_s - np.where(f.beside > 0.0, decode_s, 0.0), 1e-7)
    return Steady.of(
        f.asked,
        running=f.running,
        slots=f.slots,
        decode_s=decode_s * f.beam_cost / f.asked.accepted,
        prompt_s=more / f.chunk * f.new,
        chunks=f.chunks,
        batch=f.batch,
        passes=f.new / f.chunk,
        per_step=f.per_step,
    )


def figures(f: RunState, state: Steady, client: Client, operators: Operators) -> Figures:
    """The figures of each run under its own load."""
    out = [np.zeros(len(f.load)) for _ in range(3)]
    kinds = sorted(set(f.load.tolist()))
    answers = {model: model(state, client, operators) for model in {MODELS[kind] for kind in kinds}}
    for kind in kinds:
        answer, here = answers[MODELS[kind]], f.load == kind
        for column, values in zip(out, (answer.ttft_s, answer.tpot_s, answer.output_tok_s), strict=True):
            column[here] = np.broadcast_to(values, f.load.shape)[here]
    return Figures(*out)


def predicted(f: Features, coefficients: Coefficients) -> tuple[Steady, Figures]:
    """The state of each run and its figures: TTFT and TPOT means [s], output tokens a second of all replicas."""
    decode, prompt = (_column(step.total_s, f.designs) for step in steps_of(f, coefficients))
    state = steady(f.state, decode, prompt)
    return state, figures(f.state, state, clients(f.designs, coefficients), coefficients.operators)


def steps_of(f: Features, coefficients: Coefficients) -> tuple[StepTime, StepTime]:
    """Calibrated times of the decode step of each run, and of its step with a prompt."""
    columns, exponent = factors.columns(f.designs, coefficients), coefficients.operators.roof_exponent
    decode, prompt = (
        StepTime.of({name: Term.of(part, columns[name], exponent) for name, part in work.items()})
        for work in (f.decode, f.prompt)
    )
    return decode, prompt


def clients(designs: Designs, coefficients: Coefficients) -> Client:
    """The fitted client terms of each design."""
    places, inverse = factors.client_places(designs, coefficients.own)
    return client_of([places[i] for i in inverse], coefficients)


def _column(seconds: Array, designs: Designs) -> Array:
    """Seconds of a step, one a run."""
    return np.broadcast_to(seconds, (len(designs), 1))[:, 0]
