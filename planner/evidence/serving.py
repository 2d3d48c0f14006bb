"""The measured serving points in the box: read, predicted, and judged."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models_db.matrices import active_params
from planner.catalogs import Catalogs
from planner.evidence import FOLDER
from planner.evidence.open_loop import TOO_LONG, is_finite
from planner.evidence.point import Point
from planner.evidence.points import Batch, read_points
from planner.evidence.predict import predict
from planner.evidence.scenarios import OPEN, PERCENTILES, SCENARIOS, open_loop
from planner.evidence.sources import is_mlperf
from planner.evidence.table import Errors, number, relative_errors
from planner.evidence.unstated import unclear
from planner.formulas.types import Array
from planner.load.benchmark import Figures
from planner.physics.coefficients import Coefficients

COLUMNS = (
    "pred_ttft_ms_mean", "pred_tpot_ms_mean", "pred_output_tok_s", "lo_ttft_ms_mean", "hi_ttft_ms_mean",
    "lo_tpot_ms_mean", "hi_tpot_ms_mean", "lo_output_tok_s", "hi_output_tok_s", "pred_ttft_ms_p99", "pred_tpot_ms_p99",
    "pred_ttft_ms_p50", "pred_ttft_ms_p95", "pred_tpot_ms_p50", "pred_tpot_ms_p95", "basis", "doubt", "error",
)  # fmt: skip
# The points that the fit sees, and a second set, from other sources, with the columns of the second version.
FITTED, SECOND = "serving.csv.gz", "serving_2.csv.gz"
IMPOSSIBLE = "its figures need more arithmetic than its GPUs have at peak"
CACHED = "its first token came sooner than its GPUs can compute the prompt at peak"
CLOSED = ("closed_loop", "min_latency")
KNOWN_LENGTH = ("static_batch", "infinite_rate", "offline")
FIGURES = (("ttft_ms_mean", "ttft"), ("tpot_ms_mean", "tpot"), ("output_tok_s", "output_tok_s"))


def evidence_rows(tiers: str = "AB", file: str = FITTED) -> list[dict[str, str]]:
    """The points of one file in the box, of the named tiers; each row has all columns of its file."""
    raw = gzip.decompress((FOLDER / file).read_bytes()).decode("utf-8")
    return [row for row in csv.DictReader(io.StringIO(raw)) if row["tier"] in tiers]


def box_rows() -> list[dict[str, str]]:
    """The points of both files in the box, of tiers A and B: what the fit sees."""
    return [*evidence_rows(), *evidence_rows(file=SECOND)]


@dataclass(frozen=True)
class MeasuredPoints:
    """Points of the evidence with what was measured [s, s, 1/s] (NaN where not judged), sources and fit weights."""

    points: tuple[Point, ...]
    rows: tuple[int, ...]
    sources: tuple[str, ...]
    ttft_s: Array
    tpot_s: Array
    output_tok_s: Array
    weight: Array


def _stated(row: Mapping[str, str], *names: str) -> float:
    """The first of these cells that holds a number, NaN where none does."""
    return next((value for name in names if (value := number(row.get(name))) is not None), np.nan)


def measured(rows: Sequence[Mapping[str, str]], catalogs: Catalogs) -> MeasuredPoints:
    """The evidence as columns, in batches by model; weights fall with the size of a configuration."""
    batches, _, _ = read_points(rows, catalogs)
    points = [p for batch in batches.values() for p in batch.points]
    index = [i for batch in batches.values() for i in batch.rows]
    names = [(p.key, p.engine.era, p.load, rows[i].get("source")) for p, i in zip(points, index, strict=True)]
    size = Counter(names)
    weight, columns = [], []
    for p, i, name in zip(points, index, names, strict=True):
        row = rows[i]
        used = p.load in (*CLOSED, *KNOWN_LENGTH) and not vague(p, row)
        closed = p.load in CLOSED
        # Repeats of one configuration by one source are far from independent; a choice, not a measurement.
        weight.append(1.4 * size[name] ** -0.2 if used else 0.0)
        waiting = "queueing" in (row.get("note") or "")
        if closed and impossible(p, row):
            weight[-1] = 0.0
            columns.append((np.nan, np.nan, np.nan))
            continue
        first = closed and not waiting and not cached(p, row)
        columns.append(
            (
                _stated(row, "ttft_ms_mean", "ttft_ms_p50") / 1e3 if first else np.nan,
                _stated(row, "tpot_ms_mean", "tpot_ms_p50") / 1e3 if closed else np.nan,
                _stated(row, "output_tok_s") if _tells_rate(p, row) else np.nan,
            )
        )
    ttft, tpot, rate = np.array(columns).T
    told = tuple(str(rows[i].get("source") or "") for i in index)
    return MeasuredPoints(tuple(points), tuple(index), told, ttft, tpot, rate, np.array(weight))


def _tells_rate(p: Point, row: Mapping[str, str]) -> bool:
    """Whether a row's tokens a second are judged: lengths are known, and a closed loop's agree with its latencies."""
    if p.load in CLOSED:
        return bool(row.get("isl") and row.get("osl")) and _agrees(p, row)
    return p.load in KNOWN_LENGTH and bool(row.get("isl") or is_mlperf(row))


def _agrees(p: Point, row: Mapping[str, str]) -> bool:
    """Little's law within a factor of two where a row states all three: else its rate counts something else."""
    ttft, tpot = _stated(row, "ttft_ms_mean") / 1e3, _stated(row, "tpot_ms_mean") / 1e3
    rate = _stated(row, "output_tok_s")
    if not (p.concurrency and np.isfinite(ttft + tpot + rate)):
        return True
    return bool(0.5 < rate * (ttft + (p.osl - 1.0) * tpot) / (p.osl * p.concurrency) < 2.0)


def cached(p: Point, row: Mapping[str, str]) -> bool:
    """Whether a first token came sooner than the GPUs can compute its prompt at peak, though no cache is stated: it was
    found there, and tells nothing of the prompt."""
    ttft = _stated(row, "ttft_ms_mean", "ttft_ms_p50") / 1e3
    new = min(p.isl * (1.0 - p.hit), p.isl - p.common)
    return bool(2.0 * _computed_params(p) * new / max(ttft, 1e-9) > _peak_flop_per_s(p))


def vague(p: Point, row: Mapping[str, str]) -> bool:
    """Whether a point is judged, but nothing is learned from it: its own source calls it error-prone, its figures
    contradict others, or MLPerf's submissions with data-parallel attention, which state neither prompts nor how many
    sequences a rank may run."""
    said = "error-prone" in (row.get("note") or "") or unclear(row, p.model)
    return said or (is_mlperf(row) and p.split.dp > 1)


def impossible(p: Point, row: Mapping[str, str]) -> bool:
    """Whether a closed loop's own figures need more arithmetic than the stated GPUs have at peak, so that it is no
    measurement of them. Prompts found in a prefix cache would need none; then the row says so."""
    ttft, tpot = _stated(row, "ttft_ms_mean", "ttft_ms_p50") / 1e3, _stated(row, "tpot_ms_mean", "tpot_ms_p50") / 1e3
    if not (p.concurrency and np.isfinite(ttft) and np.isfinite(tpot)) or "prefix" in (row.get("note") or ""):
        return False
    each = ttft + max(p.osl - 1.0, 0.0) * tpot
    needed = 2.0 * _computed_params(p) * (p.isl + p.osl) * p.concurrency / max(each, 1e-9)
    return bool(needed > _peak_flop_per_s(p) * p.replicas)


def doubt(p: Point, row: Mapping[str, str]) -> str:
    """Why a row's own figures cannot be of what it states; empty where they can."""
    if p.load in CLOSED and impossible(p, row):
        return IMPOSSIBLE
    return CACHED if p.load in CLOSED and cached(p, row) else ""


def _computed_params(p: Point) -> float:
    """Parameters that a token is multiplied by."""
    return float(active_params(p.model) - p.model.lookup_params)


def _peak_flop_per_s(p: Point) -> float:
    """The highest peak of the GPUs of one replica, whatever the type."""
    peaks = p.gpu.peak_dense_tflops
    known = (peaks.fp4, peaks.int4, peaks.fp8, peaks.int8, peaks.bf16, peaks.fp16, peaks.fp32)
    return 1e12 * max((v for v in known if v), default=np.inf) * p.split.tp * p.split.pp * p.split.dp


def joined(first: MeasuredPoints, second: MeasuredPoints) -> MeasuredPoints:
    """Two sets of points as one, the points of each model together; rows point into their own files."""
    points = (*first.points, *second.points)
    place = {model: i for i, model in enumerate(dict.fromkeys(p.model.id for p in points))}
    order = np.argsort([place[p.model.id] for p in points], kind="stable")

    def column(name: str) -> Array:
        return np.concatenate([getattr(first, name), getattr(second, name)])[order]

    rows = (*first.rows, *second.rows)
    told = (*first.sources, *second.sources)
    figures = (column(name) for name in ("ttft_s", "tpot_s", "output_tok_s", "weight"))
    return MeasuredPoints(
        tuple(points[i] for i in order), tuple(rows[i] for i in order), tuple(told[i] for i in order), *figures
    )


def predict_rows(
    rows: Iterable[Mapping[str, str]], catalogs: Catalogs, coefficients: Coefficients
) -> Iterator[dict[str, str]]:
    """The added columns of every row, in order.

    Of server and interactive points the throughput is the most within the scenario's limits, the latencies are those
    there, or at the rate of a sweep without limits, with their 99th percentiles. `doubt`: as `doubt` says.
    """
    rows = list(rows)
    batches, errors, count = read_points(rows, catalogs)
    out = [dict.fromkeys(COLUMNS, "") for _ in range(count)]
    for index, message in errors.items():
        out[index]["error"] = message
    for batch in batches.values():
        f = _with_scenarios(batch, predict(batch.points, coefficients), rows, out, coefficients)
        for k, (point, index) in enumerate(zip(batch.points, batch.rows, strict=True)):
            ground = coefficients.basis(point.case)
            values = (f.ttft_s[k] * 1e3, f.tpot_s[k] * 1e3, f.output_tok_s[k])
            cells = out[index]
            cells["basis"], cells["doubt"] = ground, doubt(point, rows[index])
            for (name, figure), value in zip(FIGURES, values, strict=True):
                if np.isnan(value) or (figure == "tpot" and point.osl <= 1.0):
                    continue  # outputs of one token have no time per token
                low, high = coefficients.interval_on(figure, ground, point.load)
                cells[f"pred_{name}"] = f"{value:.6g}"
                cells[f"lo_{name}"], cells[f"hi_{name}"] = f"{value * low:.6g}", f"{value * high:.6g}"
    return iter(out)


def _with_scenarios(
    batch: Batch, closed: Figures, rows: Sequence[Mapping[str, str]], out: list[dict[str, str]],
    coefficients: Coefficients,
) -> Figures:  # fmt: skip
    """The figures of a batch with those of its open-loop points put in, and their percentiles written to `out`."""
    mine = [k for k, point in enumerate(batch.points) if point.load in OPEN]
    if not mine:
        return closed
    found = open_loop([batch.points[k] for k in mine], [rows[batch.rows[k]] for k in mine], coefficients)
    columns = [np.array(v, dtype=float) for v in (closed.ttft_s, closed.tpot_s, closed.output_tok_s)]
    for column, values in zip(columns, (found.ttft_s, found.tpot_s, found.output_tok_s), strict=True):
        column[mine] = values
    for i, k in enumerate(mine):
        cells = out[batch.rows[k]]
        if is_finite(batch.points[k]) and np.isnan(found.output_tok_s[i]):
            cells["error"] = TOO_LONG
        for j, percentile in enumerate(PERCENTILES):
            if percentile == "p99" or batch.points[k].load == "open_loop":
                for name, values in (("ttft", found.ttft_percentiles_s), ("tpot", found.tpot_percentiles_s)):
                    known = not np.isnan(values[j, i])
                    cells[f"pred_{name}_ms_{percentile}"] = f"{values[j, i] * 1e3:.6g}" if known else ""
    return Figures(*columns)


def scenario_errors(catalogs: Catalogs, coefficients: Coefficients) -> list[Errors]:
    """MLPerf's server and interactive points in the box: largest rate within the limits, p99 there."""
    rows = [row for row in evidence_rows() if row["load"] in SCENARIOS and is_mlperf(row)]
    pairs = list(zip(rows, predict_rows(rows, catalogs, coefficients), strict=True))
    found = []
    for load in (*SCENARIOS, "both"):
        chosen = [(row, cells) for row, cells in pairs if load in (row["load"], "both")]
        for label, name, column in (
            ("largest rate", "output_tok_s", "pred_output_tok_s"),
            ("TTFT p99", "ttft_ms_p99", "pred_ttft_ms_p99"),
            ("TPOT p99", "tpot_ms_p99", "pred_tpot_ms_p99"),
        ):
            values = [(number(cells[column]), number(row.get(name))) for row, cells in chosen]
            found.append(relative_errors(f"MLPerf {load}: {label}", values))
    return found
