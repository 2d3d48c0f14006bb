"""What a benchmark client sees: each kind of load, from step times to TTFT, TPOT and tokens a second.

One steady state serves all: `n` sequences decode in steps of `decode_s`, and a prompt adds `prompt_s`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.calibration import factors
from planner.formulas.types import Array


@dataclass(frozen=True)
class Steady:
    """Columns of N points: the state that the load puts one replica into.

    running: sequences that decode at once; slots: the most that may; chunks: steps of a prompt; prompt_s:
    device time a prompt adds; asked: clients or batch of one replica (infinite: all there are); requests:
    requests of one replica in a burst.
    """

    running: Array
    slots: Array
    decode_s: Array
    prompt_s: Array
    chunks: Array
    isl: Array
    osl: Array
    asked: Array
    requests: Array
    replicas: Array


@dataclass(frozen=True)
class Client:
    """Columns of what engines and clients do to a load, by engine era.

    ttft_s: fixed cost of a request; own: share of a prompt's device time that its own first token waits for;
    steps: decode steps that scheduling and streaming add; wave: share of the others' prompts that a first
    token waits for (clients that start together stay partly together); interference: share of the others'
    prompts that falls between the tokens of a running request; drain: steps of the last wave of a burst.
    """

    ttft_s: Array
    own: Array
    steps: Array
    wave: Array
    interference: Array
    drain: Array


# Starting values of the fit, and the prior width of their logarithms.
CLIENT_PRIORS = {
    "ttft_s": (0.015, 1.0),
    "own": (1.0, 0.3),
    "steps": (2.0, 0.7),
    "wave": (0.12, 0.7),
    "interference": (0.7, 0.5),
    "drain": (0.5, 0.5),
}


@dataclass(frozen=True)
class Figures:
    """Predicted means, N points: seconds, seconds, and tokens a second of all replicas."""

    ttft_s: Array
    tpot_s: Array
    output_tok_s: Array


def client_of(eras: list[str]) -> Client:
    """Fitted client terms by era; the prior's where an era was not fitted."""
    table = factors.table().get("client", {})
    return Client(
        **{
            name: np.array([float(table.get(era, {}).get(name, default)) for era in eras])
            for name, (default, _) in CLIENT_PRIORS.items()
        }
    )


def closed_loop(s: Steady, c: Client) -> Figures:
    """Clients that each send the next request when one ends; those beyond the slots queue."""
    others = np.maximum(s.running - 1.0, 0.0)
    tpot = s.decode_s + c.interference * others * s.prompt_s / s.osl
    first = c.ttft_s + c.own * s.prompt_s + c.steps * s.chunks * s.decode_s + c.wave * others * s.prompt_s
    cycle = np.maximum(first + (s.osl - 1.0) * tpot, s.running * s.prompt_s + s.osl * s.decode_s)
    queue = np.maximum(s.asked - s.running, 0.0) / np.maximum(s.running, 1e-9) * cycle
    return Figures(first + queue, tpot, s.replicas * s.running * s.osl / cycle)


def static_batch(s: Steady, c: Client) -> Figures:
    """One fixed batch, prompts first, then all decode together; what does not fit runs in further waves."""
    first = s.running * s.prompt_s + s.decode_s
    total = first + (s.osl - 1.0) * s.decode_s
    waves = np.maximum(s.asked / np.maximum(s.running, 1e-9), 1.0)
    return Figures(first, s.decode_s, s.replicas * s.asked * s.osl / (total * waves))


def burst(s: Steady, c: Client) -> Figures:
    """All requests queued at once: prompts and decode steps share the device, and the last wave drains.

    With endless requests this is the steady state; `drain` of the last wave's steps run half empty.
    """
    rounds = s.requests / np.maximum(s.running, 1e-9)
    decode = np.where(np.isfinite(rounds), np.maximum(rounds, 1.0) + c.drain * (rounds > 1.0), 1.0)
    prompts = np.where(np.isfinite(rounds), s.requests, s.running) * s.prompt_s
    total = prompts + decode * s.osl * s.decode_s
    served = np.where(np.isfinite(rounds), s.requests, s.running)
    tpot = s.decode_s + np.maximum(s.running - 1.0, 0.0) * s.prompt_s / s.osl
    return Figures(total / 2.0, tpot, s.replicas * served * s.osl / total)
