"""A replica in its steady state and its clients, on plain numbers."""

from __future__ import annotations

import numpy as np

from planner.load.benchmark import Steady
from planner.load.client_terms import Client


def steady(**changes: float) -> Steady:
    base = {
        "running": 8.0, "slots": 8.0, "decode_s": 0.01, "prompt_s": 0.02, "chunks": 1.0, "isl": 500.0, "osl": 100.0,
        "asked": 8.0, "requests": np.inf, "replicas": 1.0, "batch": 1.0, "rounds": 10.0, "fixed": False, "mixed": True,
        "longest": 1.0, "kernels": 1000.0, "stages": 1.0, "accepted": 1.0, "balance": 0.0,
        "grouped": 1.0, "late": 0.0, "passes": 1.0, "per_step": 1.0,
    } | changes  # fmt: skip
    base |= {"early": changes.get("early", 1.0 / base["rounds"])}
    return Steady(**{name: np.array([value]) for name, value in base.items()})


def client(**changes: float) -> Client:
    base = {"ttft_s": 0.0, "launch_s": 0.0, "own": 1.0, "steps": 0.0, "wave": 0.0, "stream_s": 0.0, "drain": 0.0}
    return Client(**{name: np.array([value]) for name, value in (base | changes).items()})
