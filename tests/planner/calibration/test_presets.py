from __future__ import annotations

from pathlib import Path

import numpy as np

from planner.calibration.presets import best_traffic, dispersion
from planner.traffic.arrivals import arrivals
from planner.traffic.traces import read_trace


def test_the_fit_finds_the_dispersion_of_its_trace(shared: Path) -> None:
    trace = read_trace(shared / "traces" / "azure_2023_code.csv")
    fitted = best_traffic(trace)
    drawn = dispersion(arrivals(fitted, 20_000.0, np.random.default_rng(5)))
    assert (np.abs(np.log(drawn / dispersion(trace.arrival_s))) < 0.7).all()
