"""What a cross-validation found, by load and by slice of the closed-loop points, a peer's answers beside it."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from planner.calibration.intervals import is_newer
from planner.calibration.least_squares import FIGURES
from planner.evidence import FOLDER, llamacpp
from planner.evidence.serving import CLOSED, KNOWN_LENGTH, MeasuredPoints, box_rows
from planner.evidence.sources import sources
from planner.formulas.types import Array

LEAST_POINTS = {"load": 20, "slice": 15}
LATENCIES = ("ttft_s", "tpot_s")
# The set of closed loops that InferenceX's recipes were run with, and that most peers are judged on.
INFERENCEX = "aiconfigurator"


def by_load(data: MeasuredPoints, schemes: Mapping[str, Mapping[str, Array]]) -> list[dict[str, Any]]:
    """Rows of errors by what was left out, kind of load and figure; `schemes` hold log errors of the points."""
    rows = []
    for scheme, found in schemes.items():
        for label, mask in _loads(data).items():
            for name in FIGURES:
                values = found[name][mask & np.isfinite(found[name])]
                if len(values) < LEAST_POINTS["load"]:
                    continue
                size = np.abs(np.expm1(values))
                rows.append(
                    {
                        "left_out": scheme, "load": label, "figure": name, "points": len(values),
                        "median": round(float(np.median(size)), 4), "mean": round(float(size.mean()), 4),
                        "p90": round(float(np.quantile(size, 0.9)), 4),
                        "bias": round(float(np.median(np.expm1(values))), 4),
                    }
                )  # fmt: skip
    return rows


def _loads(data: MeasuredPoints) -> dict[str, Array]:
    loads = np.array([p.load for p in data.points])
    assumed = np.array([p.assumed_prompt for p in data.points])
    newer, closed = is_newer(data), np.isin(loads, CLOSED)
    recipes = np.array([INFERENCEX in source for source in data.sources])
    return {
        "newer sources, closed loop": newer & closed,
        "newer sources, all loads": newer & ~np.isin(loads, llamacpp.LOADS),
        "closed loop, min latency": closed,
        "of the first set": closed & ~newer,
        "of InferenceX's recipes": closed & ~newer & recipes,
        "static batch": loads == "static_batch",
        "infinite rate": loads == "infinite_rate",
        "offline": (loads == "offline") & ~assumed,
        "lengths known": np.isin(loads, KNOWN_LENGTH) & ~assumed,
        "MLPerf offline, prompts of the data set": (loads == "offline") & assumed,
        **{f"{sources().ggml.engine} {load}": loads == load for load in llamacpp.LOADS},
    }


def by_slice(data: MeasuredPoints, errors: Mapping[str, Array]) -> list[dict[str, Any]]:
    """Median errors of the closed-loop points by engine, GPU and model, and those of a peer on the points it answers.

    `errors` are log errors of predictions that have not seen the point's pair.
    """
    rows = box_rows()
    mine = [i for i, p in enumerate(data.points) if p.load in CLOSED]
    ours = {name: np.abs(np.expm1(errors[name][mine])) for name in LATENCIES}
    theirs = _peer_errors([rows[data.rows[i]] for i in mine])
    points = [data.points[i] for i in mine]
    names = {
        "engine": [p.engine.id for p in points], "GPU": [p.gpu.name for p in points],
        "model": [p.model.id for p in points],
    }  # fmt: skip
    out = []
    for kind, labels in names.items():
        column = np.array(labels)
        counts = Counter(labels)
        largest = sorted(counts, key=lambda label: (-counts[label], label))
        out += [
            {"by": kind, "slice": label} | _errors_of(column == label, ours, theirs)
            for label in largest
            if counts[label] >= LEAST_POINTS["slice"]
        ]
    return [{"by": "all", "slice": ""} | _errors_of(np.ones(len(mine), dtype=bool), ours, theirs), *out]


def _errors_of(mask: Array, ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> dict[str, Any]:
    """Medians of a slice; those of the peer and our own on the points that it answers where they are enough."""
    out: dict[str, Any] = {"points": int(mask.sum())}
    for name in LATENCIES:
        out[name] = _median(ours[name][mask])
        both = mask & np.isfinite(ours[name]) & np.isfinite(theirs[name])
        enough = int(both.sum()) >= LEAST_POINTS["slice"]
        out[f"{name} peer points"] = int(both.sum())
        out[f"{name} peer"] = _median(theirs[name][both]) if enough else None
        out[f"{name} there"] = _median(ours[name][both]) if enough else None
    return out


def _median(values: Array) -> float | None:
    known = values[np.isfinite(values)]
    return round(float(np.median(known)), 4) if len(known) else None


def _peer_errors(rows: Sequence[Mapping[str, str]]) -> dict[str, Array]:
    """Relative errors of aiconfigurator's answers (tests/benchmarks/peer.py), NaN where it has none."""
    raw = gzip.decompress((FOLDER / "peer.csv.gz").read_bytes()).decode("utf-8")
    answers = {row["id"]: row for row in csv.DictReader(io.StringIO(raw))}

    def error(row: Mapping[str, str], answer: str, measured: str) -> float:
        found = answers.get(row["id"])
        return abs(float(found[answer]) / float(row[measured]) - 1.0) if found and row[measured] else np.nan

    return {
        "ttft_s": np.array([error(row, "ttft_ms", "ttft_ms_mean") for row in rows]),
        "tpot_s": np.array([error(row, "tpot_ms", "tpot_ms_mean") for row in rows]),
    }
