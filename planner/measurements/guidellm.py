"""GuideLLM's JSON, all versions: one entry of `benchmarks` a load. Only requests that succeeded are taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.measurements.run import MeasuredRun, cells, load_cells, number, totals, word

FORMAT = "GuideLLM JSON"
# Its `time_per_output_token_ms` counts the first token; this is (last token - first token) / (tokens - 1).
TPOT = "inter_token_latency_ms"


def recognizes(record: Mapping[str, Any]) -> bool:
    entries = record.get("benchmarks")
    return isinstance(entries, list) and bool(entries) and all("request_latency" in _at(e, "metrics") for e in entries)


def read(record: Mapping[str, Any], place: str) -> list[MeasuredRun]:
    """A run for each entry of `benchmarks`."""
    return [_run(entry, record, f"benchmarks[{i}]") for i, entry in enumerate(record["benchmarks"])]


def _run(entry: Mapping[str, Any], whole: Mapping[str, Any], place: str) -> MeasuredRun:
    metrics, strategy = _at(entry, "metrics"), _at(entry, "config", "strategy") or _at(entry, "args", "strategy")
    done = number(_at(metrics, "request_totals"), "successful") or number(_good(metrics, "request_latency"), "count")
    flight, latency_s = (number(_good(metrics, name), "mean") for name in ("request_concurrency", "request_latency"))
    row = cells(
        isl=number(_good(metrics, "prompt_token_count"), "mean"),
        osl=number(_good(metrics, "output_token_count"), "mean"), e2e_s_mean=latency_s,
        output_tok_s=number(_good(metrics, "output_tokens_per_second"), "mean"),
        isl_cv=_spread(metrics, "prompt_token_count"), osl_cv=_spread(metrics, "output_token_count"),
    )  # fmt: skip
    row |= _load(strategy, flight, done)
    row |= _latency(metrics, "time_to_first_token_ms", "ttft") | _latency(metrics, TPOT, "tpot")
    counted = totals(requests=done, request_s=number(_good(metrics, "requests_per_second"), "mean"))
    model = word(_at(whole, "config", "spec", "backend"), "model") or word(_at(entry, "config", "backend"), "model")
    model = model or word(_at(whole, "args"), "model")
    return MeasuredRun(FORMAT, place, row, (model,) if model else (), totals=counted)


def _load(strategy: Mapping[str, Any], flight: float | None, done: float | None) -> dict[str, str]:
    kind = word(strategy, "type_")
    if kind in ("constant", "poisson", "async"):
        return load_cells(number(strategy, "rate"), None, flight, done)
    if kind == "synchronous":
        return load_cells(None, 1.0, flight, done)
    return load_cells(None, number(strategy, "streams", "max_concurrency"), flight, done)


def _latency(metrics: Mapping[str, Any], key: str, name: str) -> dict[str, str]:
    """The columns of one latency; without streaming it is 0, which tells nothing."""
    found = _good(metrics, key)
    values = {"mean": number(found, "mean")} | {p: number(_at(found, "percentiles"), p) for p in ("p50", "p95", "p99")}
    return cells(**{f"{name}_ms_{p}": value for p, value in values.items() if value})


def _spread(metrics: Mapping[str, Any], key: str) -> float | None:
    found = _good(metrics, key)
    mean, deviation = number(found, "mean"), number(found, "std_dev")
    return deviation / mean if mean and deviation is not None else None


def _good(metrics: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return _at(metrics, key, "successful")


def _at(record: object, *keys: str) -> Mapping[str, Any]:
    """The object under these keys; an empty one where there is none."""
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record if isinstance(record, dict) else {}
