"""What a benchmark client sees: each kind of load, from step times to TTFT, TPOT and tokens a second.

One steady state serves all: `n` sequences decode in steps of `decode_s`, and a prompt adds `prompt_s`.
"""

from __future__ import annotations

from dataclasses import field, fields

import numpy as np
import numpy.typing as npt

from planner.formulas.columns import COLUMN, Columns
from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.load.client_terms import Client
from planner.load.sums import (
    AHEAD,
    CUT_IN,
    DECODE,
    GROUPED,
    LAUNCHES,
    PROMPT,
    QUEUE,
    REQUEST,
    SLOT,
    STEPS,
    STREAMS,
    Addend,
    Sum,
    launched,
    total,
)
from planner.physics.coefficient_parts import Operators

PIPELINED = 4.0


@dataclass(frozen=True)
class Offered(Columns):
    """Columns of N points: what is asked of one replica, whatever its speed.

    asked: clients or batch (infinite: all there are); requests: those of a burst; rounds: requests that each
    client sends in turn; early: share of the requests behind a first token that are of the first round; fixed: whether
    all requests have the same length; mixed: whether a step carries prompts and decodes together; longest: longest
    output over the mean; kernels: kernels of a forward pass outside CUDA graphs; stages: of a pipeline; accepted:
    tokens that a step gives a sequence; balance: steps that a prompt is held for (`balance_steps`); grouped: tokens
    that are sent together; late: share of a request's time that is over before its client reads the first token.
    """

    isl: Array = field(metadata=COLUMN)
    osl: Array = field(metadata=COLUMN)
    asked: Array = field(metadata=COLUMN)
    requests: Array = field(metadata=COLUMN)
    replicas: Array = field(metadata=COLUMN)
    rounds: Array = field(metadata=COLUMN)
    early: Array = field(metadata=COLUMN)
    fixed: Array = field(metadata=COLUMN)
    mixed: Array = field(metadata=COLUMN)
    longest: Array = field(metadata=COLUMN)
    kernels: Array = field(metadata=COLUMN)
    stages: Array = field(metadata=COLUMN)
    accepted: Array = field(metadata=COLUMN)
    balance: Array = field(metadata=COLUMN)
    grouped: Array = field(metadata=COLUMN)
    late: Array = field(metadata=COLUMN)


@dataclass(frozen=True)
class Steady(Offered):
    """Columns of N points: the state that the load puts one replica into.

    running: sequences that decode at once; slots: the most that may; decode_s: a step over `accepted`; prompt_s:
    device time a prompt adds; chunks: steps of a prompt; batch: prompts that one step may carry; passes: steps that
    carry it, over those that it shares them with; per_step: prompts that the token budget of a step holds.
    """

    running: Array = field(metadata=COLUMN)
    slots: Array = field(metadata=COLUMN)
    decode_s: Array = field(metadata=COLUMN)
    prompt_s: Array = field(metadata=COLUMN)
    chunks: Array = field(metadata=COLUMN)
    batch: Array = field(metadata=COLUMN)
    passes: Array = field(metadata=COLUMN)
    per_step: Array = field(metadata=COLUMN)

    @classmethod
    def of(cls, asked: Offered, **state: Array) -> Steady:
        return cls(**{column.name: getattr(asked, column.name) for column in fields(Offered)}, **state)


@dataclass(frozen=True)
class Figures:
    """Predicted means, N points: seconds, seconds, and tokens a second of all replicas."""

    ttft_s: Array
    tpot_s: Array
    output_tok_s: Array


def companions(asked: Offered, running: Array, batch: Array, wave: npt.ArrayLike, operators: Operators) -> Array:
    """Others of the `running` requests whose prompts a first token waits for, N points, 0 to running - 1.

    All clients start at once, so in the first round prompts queue: with k of n prompts a step the mean first
    token comes after (n + k) / 2 of them. Later rounds: engines that stop decoding for prompts keep clients of
    equal lengths together wholly. Elsewhere a few requests end near one another: about three others where all
    lengths are equal, and a number that grows with a power of the clients where they are drawn: their root, or more
    where prompts stop the decoding. Equal requests come in and end together where steps are mixed, as many as fill half
    a step's token budget; a pass of its own starts with whoever is there first, so that they come apart where all fit
    into one (twice over: `fits`). `wave` scales what the later rounds add. From measured first tokens, see
    docs/method.md. Where more than one request ends in a step, as many begin in the next, and all wait for its end.
    """
    others = np.maximum(running - 1.0, 0.0)
    k = np.clip(batch, 1.0, np.maximum(running, 1.0))
    first = np.where(running > 1.0, (running + k - 2.0) / 2.0, 0.0)
    fits = np.clip(batch / np.maximum(running, 1.0) - 1.0, 0.0, 1.0)
    few = np.minimum(others, operators.equal_companions)
    equal = np.where(asked.mixed, np.clip(0.5 * batch - 1.0, few, others), (1.0 - fits) * first)
    growth = np.where(asked.mixed, 0.5, operators.stopped_growth)
    drawn = operators.drawn_companions * others**growth
    later = wave * np.where(asked.fixed, equal, drawn)
    usual = asked.early * first + (1.0 - asked.early) * later
    together = np.minimum(running / np.maximum(asked.osl, 1.0), k)
    ahead: Array = np.clip(usual, np.maximum(together - 1.0, 0.0), others)
    return ahead


@dataclass(frozen=True)
class Loop:
    """Means of a closed loop in parts, N points, before its client reads late; cycle_s: of a request with a slot."""

    ttft: Sum
    tpot: Sum
    cycle_s: Array


def closed_loop(s: Steady, c: Client, operators: Operators) -> Figures:
    """Clients that each send the next request when one ends; those beyond the slots queue."""
    loop = loop_of(s, c, operators)
    rate = s.replicas * s.running * s.osl / loop.cycle_s * last_round(s)
    return read_late(s, Figures(total(loop.ttft), total(loop.tpot), rate))


def loop_of(s: Steady, c: Client, operators: Operators) -> Loop:
    """The parts of TTFT and TPOT in a closed loop.

    The device works without a pause, so a prompt that does not delay another's first token falls between the tokens of
    those that run: what TTFT does not show, TPOT does, until the steps between tokens are full. What they do not hold
    queues, and a first token waits for it: first token and gaps together are a cycle of the device at least.
    """
    others = np.maximum(s.running - 1.0, 0.0)
    ahead = companions(s, s.running, s.batch, c.wave, operators)
    full = np.where(s.mixed, s.per_step, np.inf)
    usual, gaps = np.minimum((others - ahead) / s.osl, full), np.maximum(s.osl - 1.0, 0.0)
    tpot = total(_tokens(s, usual))
    parts = _first_token(s, c, ahead, others) | {GROUPED: Addend(s.grouped - 1.0, tpot)}
    alone = total(parts) + gaps * tpot
    # Where nobody else is served nothing of a prompt falls between the tokens.
    cycle = np.where(s.running > 1.0, np.maximum(alone, device_cycle_s(s)), alone)
    left = (cycle - alone) / s.prompt_s
    more = np.minimum(np.where(gaps > 0.0, left / np.maximum(gaps, 1e-9), 0.0), np.maximum(full - usual, 0.0))
    parts |= {QUEUE: Addend(left - gaps * more, s.prompt_s), SLOT: Addend(queued(s), cycle)}
    return Loop(parts, _tokens(s, usual + more), cycle)


def _tokens(s: Steady, prompts: Array) -> Sum:
    """Of the time between two tokens with so many `prompts` of others in it."""
    return {DECODE: Addend(1.0 / s.accepted, s.decode_s * s.accepted), CUT_IN: Addend(prompts, s.prompt_s)}


def _first_token(s: Steady, c: Client, ahead: Array, others: Array) -> Sum:
    """Of a request that has a slot, where the device keeps up. A client alone waits for nobody's step."""
    turns = np.where(s.mixed, ahead / s.batch, 0.0)
    # Steps that carry a further chunk of a prompt decode, too, where they are mixed.
    further = np.where(s.mixed, s.chunks - 1.0, 0.0)
    # Others decode together, one step for each token after their first.
    waits = np.minimum(c.steps + further + turns + s.balance, s.osl - 1.0) * np.minimum(others, 1.0)
    step = s.decode_s * s.accepted
    # A prompt of k chunks leaves the last of p stages after k + p - 1 turns.
    filled = (s.chunks + s.stages - 1.0) / s.chunks
    own = Addend(c.own * filled, s.prompt_s)
    return {
        REQUEST: Addend(1.0, c.ttft_s),
        PROMPT: own,
        LAUNCHES: launched(c.launch_s * s.kernels, own.seconds + step * beside_share(s)),
        STEPS: Addend(waits, step),
        AHEAD: Addend(ahead, s.prompt_s),
        STREAMS: Addend(others, c.stream_s),
    }


def beside_share(s: Steady) -> Array:
    """Whether others decode in the step that carries a prompt, 0 to 1."""
    return np.where(s.mixed, np.clip(np.minimum(s.running, s.osl) - 1.0, 0.0, 1.0), 0.0)


def device_cycle_s(s: Steady) -> Array:
    """Device time of one request of each that runs [s]: their prompts, and the steps of an output.

    The step that carries a prompt is one of the output's where it decodes, too; else it comes before them. Where the
    prompts alone fill more steps, these are all there are.
    """
    beside = beside_share(s)
    steps = np.maximum(s.osl - 1.0 + beside, beside * s.running * s.passes)
    return s.running * s.prompt_s + steps * s.decode_s


def read_late(s: Steady, seen: Figures) -> Figures:
    """The same whole times, of which a client that reads late counts more to the first token and less to the others."""
    gaps = np.maximum(s.osl - 1.0, 1e-9)
    whole = seen.ttft_s + gaps * seen.tpot_s
    first = np.maximum(seen.ttft_s, s.late * whole)
    return Figures(first, (whole - first) / gaps, seen.output_tok_s)


def queued(s: Steady) -> Array:
    """Cycles that a request waits for a slot on average: clients beyond the slots, first come first served.

    With C clients, R slots and N requests, the C of the start wait (C/R - 1)/2 cycles on average, the others (C - R)/R.
    """
    beyond = np.maximum(s.asked - s.running, 0.0) / np.maximum(s.running, 1e-9)
    return beyond * (0.5 * s.early + 1.0 - s.early)


def last_round(s: Steady) -> Array:
    """Share of the steady rate that a run of finite length shows: its last round runs partly filled.

    T = N/R rounds of equal requests take ceil(T); where lengths are drawn the last ones end half a round later.
    """
    turns = np.maximum(s.rounds, 1e-9) * np.maximum(s.asked, 1.0) / np.maximum(s.running, 1e-9)
    turns = np.maximum(turns, 1.0)
    whole = np.ceil(np.minimum(turns, 1e9) - 1e-9)
    return np.where(s.fixed, turns / np.maximum(whole, turns), turns / (turns + 0.5 * np.minimum(s.running - 1.0, 1.0)))


def static_batch(s: Steady, c: Client, operators: Operators) -> Figures:
    """One fixed batch, prompts first, then all decode together; what does not fit runs in further waves."""
    first = s.running * s.prompt_s
    total = first + (s.osl - 1.0) * s.decode_s
    waves = np.maximum(s.asked / np.maximum(s.running, 1e-9), 1.0)
    return Figures(first, s.decode_s, s.replicas * s.asked * s.osl / (total * waves))


def burst(s: Steady, c: Client, operators: Operators) -> Figures:
    """All requests queued at once: prompts and decode steps share the device, and the last wave drains.

    With endless requests this is the steady state; `drain` of the last wave's steps run half empty, and where
    lengths differ the longest outputs run on in an emptying batch.
    """
    rounds = s.requests / np.maximum(s.running, 1e-9)
    # A choice: steps of an emptying batch cost 0.7 of a full one's at the start value of `drain`.
    tail = c.drain * ((rounds > 1.0) + 1.4 * (s.longest - 1.0))
    decode = np.where(np.isfinite(rounds), np.maximum(rounds, 1.0) + tail, 1.0)
    prompts = np.where(np.isfinite(rounds), s.requests, s.running) * s.prompt_s
    total = prompts + decode * s.osl * s.decode_s
    served = np.where(np.isfinite(rounds), s.requests, s.running)
    tpot = s.decode_s + np.maximum(s.running - 1.0, 0.0) * s.prompt_s / s.osl
    return Figures(total / 2.0, tpot, s.replicas * served * s.osl / total)


def generation(s: Steady, c: Client, operators: Operators) -> Figures:
    """One sequence that decodes, no prompt and no client: what llama-bench calls tg."""
    return Figures(s.decode_s, s.decode_s, 1.0 / s.decode_s)


def one_prompt(s: Steady, c: Client, operators: Operators) -> Figures:
    """One prompt alone, in its chunks: what llama-bench calls pp; tokens a second of the prompt.

    Of a pipeline, one stage works while the next waits until enough chunks are under way: k of them through p
    stages take k + p - 1 turns. llama.cpp lets no more than `PIPELINED` chunks of 512 go at once (n_batch 2048).
    """
    chunks = np.minimum(s.chunks, PIPELINED)
    total = s.prompt_s * (chunks + s.stages - 1.0) / chunks
    return Figures(total, s.decode_s, s.isl / total)
