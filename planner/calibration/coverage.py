"""Whether intervals hold for strangers: each newer source is checked in the intervals that all other sources tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.calibration.intervals import BASES, Spans, by_basis, grounds, is_newer
from planner.evidence.serving import MeasuredPoints
from planner.formulas.types import Array

FIGURES = {"ttft": "ttft_s", "tpot": "tpot_s", "output_tok_s": "output_tok_s"}
LEAST_POINTS = 10


def coverage(data: MeasuredPoints, errors: Mapping[str, Array]) -> list[dict[str, Any]]:
    """Share of the newer sources' points inside intervals of all other sources, by figure and basis.

    `errors`: log errors by figure, each point's source left out of the fit.
    """
    newer, ground, source = is_newer(data), np.array(grounds(data, "source")), np.array(data.sources)
    load = [p.load for p in data.points]
    told = {name: by_basis(data, errors, source != name, ground) for name in np.unique(source[newer]).tolist()}
    rows = []
    for figure, name in FIGURES.items():
        for basis in (*BASES, "all"):
            here = newer & np.isfinite(errors[name]) & ((ground == basis) | (basis == "all"))
            if here.sum() < LEAST_POINTS:
                continue
            low, high = np.array([_told(told[source[i]][ground[i]], figure, load[i]) for i in np.flatnonzero(here)]).T
            ratio = np.exp(-errors[name][here])
            inside = float(np.mean((ratio >= low) & (ratio <= high)))
            rows.append({"figure": figure, "basis": basis, "points": int(here.sum()), "inside": round(inside, 4)})
    return rows


def _told(intervals: Spans, figure: str, load: str) -> list[float]:
    """The interval of a figure under a load: its own where it has one."""
    return intervals.get(f"{figure} {load}", intervals[figure])
