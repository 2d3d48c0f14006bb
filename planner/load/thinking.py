"""Users that think: clients that each wait after an answer before they send the next request."""

from __future__ import annotations

import numpy as np

from planner.load.curves import Curves, rate_at
from planner.load.latency import latency

ROUNDS, TRIED = 6, 32


def thinking_rate(c: Curves, slots: float, clients: float, think_s: float) -> float:
    """Requests a second that one replica of the design `c` gets from clients that think.

    Each client sends a request, waits for the whole answer and thinks for `think_s` [s]. So the rate x solves
    x (Z + R(x)) = N with N clients, Z the time of thinking and R the mean end-to-end latency at that rate (the
    interactive response time law [Denning 1978]). R is that of independent arrivals at the rate, which is
    longer than that of few clients. The left side grows with x, so there is one solution.
    """
    row = np.zeros(TRIED, dtype=int)
    limit = np.array([slots])
    low, high = 0.0, min(clients / think_s, float(rate_at(c, row[:1], limit)[0]))
    one = c.take(row)
    for _ in range(ROUNDS):
        tried = low + (high - low) * np.linspace(0.0, 1.0, TRIED + 2)[1:-1]
        figures = latency(one, tried, np.full(TRIED, slots), sharing=np.ones(TRIED))
        asked = tried * (think_s + figures.e2e.average) <= clients
        held = int(np.cumprod(asked).sum())
        edges = np.concatenate([[low], tried, [high]])
        low, high = float(edges[held]), float(edges[held + 1])
    return 0.5 * (low + high)
