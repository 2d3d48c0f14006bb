"""Why a measured run cannot be: its figures contradict each other, or its machine cannot do what they say."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from models_db.matrices import active_params
from planner.calibration.own.matching import Matched
from planner.evidence.point import Point, designs_of
from planner.evidence.predict import features
from planner.evidence.serving import doubt
from planner.formulas.memory import GIB
from planner.load.runs import CLOSED, Features
from planner.measurements.run import MeasuredRun
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint

# What rounding, retokenizing and the ends of a run may make of a sum.
TOLERANCE, ENDS = 0.02, 0.25
# Beyond the datasheet: clocks above the stated ones, and rounded figures.
MARGIN = 0.97
ORDER = ("p50", "p95", "p99")


def contradiction(run: MeasuredRun) -> str:
    """What of a run's own figures cannot be true together; empty where nothing is."""
    row, told = _numbers(run.cells), run.totals
    invalid = next((note for note in run.notes if note.startswith("the result is")), "")
    if invalid:
        return invalid
    if told.get("requests", 1.0) <= 0.0:
        return "no request succeeded"
    if any(value < 0.0 or (value == 0.0 and name.endswith(("mean", "tok_s"))) for name, value in row.items()):
        return "a figure is zero or negative"
    for name in ("ttft", "tpot"):
        known = [row[f"{name}_ms_{p}"] for p in ORDER if f"{name}_ms_{p}" in row]
        if any(low > high * (1.0 + 1e-6) for low, high in pairwise(known)):
            return f"the percentiles of {name.upper()} fall"
    return _sums(row, told)


def _sums(row: Mapping[str, float], told: Mapping[str, float]) -> str:
    """Totals over the duration against rates, and the parts of a request's time against the whole."""
    duration, rate = told.get("duration_s"), row.get("output_tok_s")
    if duration and rate and "output_tokens" in told and _apart(told["output_tokens"] / duration, rate, TOLERANCE):
        return f"{told['output_tokens']:.6g} tokens in {duration:.4g} s are not {rate:.4g} tokens a second"
    done, each_s = told.get("requests"), told.get("request_s")
    if duration and done and each_s and _apart(done / duration, each_s, TOLERANCE):
        return f"{done:.6g} requests in {duration:.4g} s are not {each_s:.4g} a second"
    try:
        whole, first, each, osl = (row[name] for name in ("e2e_s_mean", "ttft_ms_mean", "tpot_ms_mean", "osl"))
    except KeyError:
        return ""
    parts = (first + (osl - 1.0) * each) / 1e3
    if _apart(parts, whole, ENDS):
        return f"TTFT and TPOT make {parts:.4g} s, and the mean latency is {whole:.4g} s"
    return ""


def _apart(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) > tolerance * max(abs(one), abs(other))


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    out = {}
    for name, text in row.items():
        try:
            out[name] = float(text)
        except ValueError:
            continue
    return out


def impossible(found: Matched, coefficients: Coefficients) -> str:
    """Which limit of the hardware a run is above; empty where it is below all."""
    point, row = found.point, _numbers(found.row)
    parts = footprint(designs_of([point]), coefficients, max_sequences=np.array([1.0]))
    weights, card = float(np.ravel(parts.weights)[0]), float(point.gpu.memory_bytes)
    if weights > card:
        return f"its weights take {weights / GIB:.1f} GiB of each GPU, above the {card / GIB:.1f} GiB of the card"
    told = doubt(point, found.row) if not found.is_speed else ""
    if told:
        return told
    work = features([point], coefficients)
    if found.is_speed:
        return _above_speed(point, row.get("tok_s", 0.0), work, coefficients)
    measured_ms = row.get("tpot_ms_mean") or row.get("tpot_ms_p50")
    least_ms = 1e3 * least_step_s(work, coefficients)
    if measured_ms and point.osl <= 1.0:
        return f"a TPOT of {measured_ms:.3g} ms is of answers of one token, which have none"
    rate = row.get("output_tok_s", 0.0)
    each_ms = measured_ms or (1e3 * point.concurrency / rate if point.concurrency and rate else np.inf)
    if point.load in CLOSED and point.osl > 1.0 and each_ms < MARGIN * least_ms:
        return f"a token in {each_ms:.3g} ms is above the memory roof: at peak bandwidth it takes {least_ms:.3g} ms"
    return _above_peak(point, row.get("output_tok_s", 0.0) / point.replicas)


def least_step_s(work: Features, coefficients: Coefficients) -> float:
    """Least time per token of a sequence [s]: what a decode step reads, at the whole bandwidth of the datasheet."""
    operators = coefficients.operators
    reached = {
        "experts": operators.expert_bandwidth, "attention decode": operators.attention_decode_bandwidth,
        "latent decode": operators.attention_decode_bandwidth,
    }  # fmt: skip
    share = coefficients.bandwidth_share(generation=work.designs.gpus[0].generation)
    read = ("linear", "head", *reached)
    seconds = sum(float(np.ravel(work.decode[t].memory_s)[0]) * reached.get(t, 1.0) for t in read if t in work.decode)
    return share * seconds / float(np.ravel(work.state.asked.accepted)[0])


def _above_speed(point: Point, rate: float, work: Features, coefficients: Coefficients) -> str:
    if point.load == "generation":
        most = 1.0 / least_step_s(work, coefficients)
        above = rate * MARGIN > most
        return f"{rate:.4g} tokens a second are above the memory roof of {most:.4g}" if above else ""
    return _above_peak(point, rate)


def _above_peak(point: Point, rate: float) -> str:
    """Whether so many computed tokens a second need more arithmetic than the GPUs of a replica have at peak."""
    peaks = point.gpu.peak_dense_tflops
    known = (peaks.fp4, peaks.int4, peaks.fp8, peaks.int8, peaks.bf16, peaks.fp16, peaks.fp32)
    peak = 1e12 * max((v for v in known if v), default=np.inf) * point.split.tp * point.split.pp * point.split.dp
    needed = 2.0 * float(active_params(point.model) - point.model.lookup_params) * rate
    if needed * MARGIN <= peak:
        return ""
    return (
        f"{rate:.4g} tokens a second need {needed / 1e12:.3g} TFLOP/s, above the {peak / 1e12:.3g} of the GPUs at peak"
    )
