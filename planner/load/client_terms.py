"""What engines and clients add to a first token, by engine era and GPU generation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from planner.formulas.types import Array
from planner.frozen import dataclass
from planner.physics.coefficients import Coefficients
from planner.physics.factor_keys import ClientPlace


def balance_steps(steps: npt.ArrayLike, dp: npt.ArrayLike) -> Array:
    """Steps for which each engine holds a prompt to balance its `dp` ranks of attention; `steps` are the engines'."""
    return np.where(np.asarray(dp) > 1, np.asarray(steps, dtype=float), 0.0)


def further_steps(steps: npt.ArrayLike, mixed: npt.ArrayLike) -> Array:
    """Steps that a request waits for beyond what is left of the one it meets and the one that carries its prompt.

    `steps` are those of a closed loop, whose requests come just after a step has begun: that one is waited for whole,
    and where steps are mixed the next carries decodes, too.
    """
    return np.maximum(np.asarray(steps, dtype=float) - 1.0 - np.asarray(mixed, dtype=float), 0.0)


@dataclass(frozen=True)
class Client:
    """Columns of what engines and clients do to a load, by engine era and GPU generation.

    ttft_s: fixed cost of a request; launch_s: host time of each kernel of its first pass, which delays nobody
    else; own: share of a prompt's device time that its own first token waits for; steps: decode steps that
    scheduling and streaming add; wave: factor on the companions whose prompts a first token waits for
    (`companions`); stream_s: front-end time that each other running request costs a first token; drain: share
    of the last wave of a burst that runs half empty.
    """

    ttft_s: Array
    launch_s: Array
    own: Array
    steps: Array
    wave: Array
    stream_s: Array
    drain: Array


# Where the fit starts; how far it may go is in planner/physics/priors.toml.
CLIENT_START = {
    "ttft_s": 0.015,
    "launch_s": 45e-6,
    "own": 1.0,
    "steps": 2.0,
    "wave": 1.0,
    "stream_s": 0.0005,
    "drain": 0.5,
}


def client_of(places: Sequence[ClientPlace], coefficients: Coefficients) -> Client:
    """Fitted client terms of each place; the start values where none was fitted."""
    return Client(
        **{
            name: np.array([start * coefficients.client_factor(place, name) for place in places])
            for name, start in CLIENT_START.items()
        }
    )
