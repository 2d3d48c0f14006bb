"""What a plan leaves of each limit of its SLA."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np

from planner.answers import Simulation, SlaMargin
from planner.request.request import Request, sla_key
from planner.search.candidates import Candidates

# People who wait longer turn to something else; a pause longer than the other is noticed as one. Source:
# [Nielsen 1993], section 5.5.
LONG_WAIT_S, PAUSE_S = 10.0, 1.0


def predicted(found: Candidates, index: int, sla: Mapping[str, float]) -> list[SlaMargin]:
    """The limits against the closed form of one candidate, at the confidence that it was searched at."""
    if not sla:
        return []
    figures = found.latency(np.array([found.row[index]]))
    return [margin(key, limit, float(figures.value(*sla_key(key))[0]), None) for key, limit in sla.items()]


def simulated(margins: list[SlaMargin], run: Simulation, *, holds: bool) -> list[SlaMargin]:
    """The same with what was simulated; `holds`: whether the closed form does."""
    values = {check.key: check.value_s for check in run.sla}
    return [margin(m.key, m.limit_s, m.predicted_s if holds else None, values.get(m.key)) for m in margins]


def margin(key: str, limit_s: float, predicted_s: float | None, simulated_s: float | None) -> SlaMargin:
    """One limit; figures of which there is none (NaN, infinite) are None."""
    closed, run = _told(predicted_s), _told(simulated_s)
    figure = closed if run is None else run
    headroom = None if figure is None else 1.0 - figure / limit_s
    return SlaMargin(key=key, limit_s=limit_s, predicted_s=closed, simulated_s=run, headroom_share=headroom)


def _told(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def no_limit(first_p95_s: float, token_p95_s: float, request: Request) -> list[str]:
    """That no latency was limited, or not the first token where it comes late; and limits on a token that are none."""
    if not request.sla:
        token = f" and {token_p95_s:.3g} s a token" if isfinite(token_p95_s) else ""
        waits = f"{first_p95_s:.3g} s to the first token{token}"
        return [f"no limit on latency was stated: p95 is {waits} (--ttft-p95 and --tpot-p95 state limits)"]
    late = first_p95_s > LONG_WAIT_S and not any(key.startswith(("ttft", "e2e")) for key in request.sla)
    first = f"no limit on the first token was stated: its p95 is {first_p95_s:.1f} s (--ttft-p95 states one)"
    return [*([first] if late else []), *loose_limits(request.sla)]


def loose_limits(sla: Mapping[str, float]) -> list[str]:
    """The limits on the time of a token that everybody keeps, as one in milliseconds is."""
    return [
        f"{key} = {limit:g}: {limit:g} s a token is no limit; limits are in seconds: {limit / 1e3:g}?"
        for key, limit in sla.items()
        if key.startswith(("tpot", "itl")) and limit > PAUSE_S
    ]
