"""A replica that is stopped when idle: how long it is on, and who waits for its start.

Requests arrive as a Poisson process. The first one starts the replica, which takes `start_s`; it stays on until nobody
has been served for a timeout. `hold_s` is the time of an answer and that timeout together: each request holds the
replica that long once it is served, so that the time on after a start is the busy period of an M/G/inf queue.
"""

from __future__ import annotations

import numpy as np

from planner.formulas.types import Array

# Above it the replica never stops in practice: exp of it would overflow soon after.
ALWAYS_ON = 500.0


def on_share(rate_per_s: Array, start_s: Array, hold_s: Array) -> Array:
    """Share of time that the replica is on, and billed.

    rate_per_s: arrivals [1/s]; start_s: from stopped to serving [s]; hold_s: an answer and the idle timeout [s].
    It is off for 1/rate on average, and on for start + (exp(rate hold) - 1)/rate: the mean busy period of M/G/inf
    [Takacs 1962], whatever the distribution of answers where one request starts it, and where all take the same time.

    >>> round(float(on_share(1 / 600.0, 120.0, 300.0)), 4)
    0.4591
    """
    return 1.0 - 1.0 / _cycle_arrivals(rate_per_s, start_s, hold_s)


def starts_per_s(rate_per_s: Array, start_s: Array, hold_s: Array) -> Array:
    """Starts a second.

    >>> round(float(starts_per_s(1 / 600.0, 120.0, 300.0)) * 600.0, 4)
    0.5409
    """
    return rate_per_s / _cycle_arrivals(rate_per_s, start_s, hold_s)


def delayed_share(rate_per_s: Array, start_s: Array, hold_s: Array, more_than_s: Array = 0.0) -> Array:
    """Share of requests that wait for a start longer than `more_than_s` [s].

    The one that starts the replica waits for all of it; those that arrive during the start for what is left of it.

    >>> round(float(delayed_share(1 / 600.0, 120.0, 300.0)), 4)
    0.6491
    """
    rest = np.maximum(0.0, start_s - more_than_s)
    late = np.where(rest > 0.0, 1.0 + rate_per_s * rest, 0.0)
    return late / _cycle_arrivals(rate_per_s, start_s, hold_s)


def mean_wait_s(rate_per_s: Array, start_s: Array, hold_s: Array) -> Array:
    """Mean wait of all requests for starts [s].

    >>> round(float(mean_wait_s(1 / 600.0, 120.0, 300.0)), 2)
    71.4
    """
    waited = start_s + rate_per_s * start_s * start_s / 2.0
    return waited / _cycle_arrivals(rate_per_s, start_s, hold_s)


def _cycle_arrivals(rate_per_s: Array, start_s: Array, hold_s: Array) -> Array:
    """Mean arrivals from one start to the next: rate x start + exp(rate x hold)."""
    return rate_per_s * start_s + np.exp(np.minimum(rate_per_s * hold_s, ALWAYS_ON))
