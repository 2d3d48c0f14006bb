"""A file of measurements, recognized by its content: the one door to all formats."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from planner.errors import InputError
from planner.files import bounded_text, numbered_lines, table_in
from planner.measurements import (
    aiperf,
    guidellm,
    inferencex,
    llama_bench,
    mlperf,
    prometheus,
    sglang_serve,
    tables,
    vllm_serve,
)
from planner.measurements.run import MeasuredRun
from planner.toml import check_size, whole_of

MAX_BYTES, MOST_RUNS = 2**26, 10_000
KNOWN = (
    "vllm bench serve JSON, SGLang bench_serving JSONL, GuideLLM JSON, AIPerf and genai-perf JSON or CSV, llama-bench, "
    "InferenceX JSON, MLPerf summary, points CSV, vLLM /metrics"
)
T = TypeVar("T")
Recognizes = Callable[[Mapping[str, Any]], bool]
Reads = Callable[[Mapping[str, Any], str], list[MeasuredRun]]
RECORDS: tuple[tuple[Recognizes, Reads], ...] = (
    (vllm_serve.recognizes, vllm_serve.read),
    (inferencex.recognizes, inferencex.read),
    (sglang_serve.recognizes, sglang_serve.read),
    (guidellm.recognizes, guidellm.read),
    (aiperf.recognizes, aiperf.read),
    (llama_bench.recognizes, llama_bench.read),
)
TEXTS: tuple[tuple[Callable[[str], bool], Callable[[str], list[MeasuredRun]]], ...] = (
    (mlperf.recognizes, mlperf.read),
    (prometheus.recognizes, prometheus.read),
    (llama_bench.is_markdown, llama_bench.read_markdown),
    (aiperf.is_csv, aiperf.read_csv),
)


def read_measurements(path: Path) -> list[MeasuredRun]:
    """The runs of a file. Raises InputError, one line, for one that cannot be read or is of no known format."""
    text = bounded_text(path, MAX_BYTES)
    try:
        found = runs_in(text)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if len(found) > MOST_RUNS:
        raise InputError(f"{path}: more than {MOST_RUNS:,} runs")
    return found


def runs_in(text: str) -> list[MeasuredRun]:
    """The runs of a text; raises InputError."""
    if "\0" in text:
        raise InputError("not a text")
    if text.lstrip().startswith(("{", "[")):
        return _of_records(_records(text))
    for recognizes, read in TEXTS:
        if recognizes(text):
            return _some(read(text))
    header, rows = table_in(text, "the table")
    found = tables.read(header, rows)
    if found is None:
        raise InputError(f"no known format of measurements ({KNOWN})")
    return _some(found)


def _some(found: list[MeasuredRun]) -> list[MeasuredRun]:
    if not found:
        raise InputError("holds no run")
    return found


def _records(text: str) -> list[tuple[str, Any]]:
    """The objects of a text with their places: one, a list, or one a line."""
    lines = list(islice(numbered_lines(text), MOST_RUNS + 1))
    if len(lines) > 1 and _is_json(lines[0][1]):
        return [(f"line {i}", _json(line, f"line {i}: ")) for i, line in _few(lines)]
    whole = _json(text, "")
    if isinstance(whole, list):
        return [(f"[{i}]", one) for i, one in enumerate(_few(whole))]
    return [("", whole)]


def _few(found: list[T]) -> list[T]:
    if len(found) > MOST_RUNS:
        raise InputError(f"more than {MOST_RUNS:,} runs")
    return found


def _is_json(line: str) -> bool:
    try:
        return isinstance(_json(line, ""), dict)
    except InputError:
        return False


def _json(text: str, place: str) -> Any:
    """Decoded, infinities as such: SGLang writes them."""
    try:
        check_size(text)
        return json.loads(text, parse_constant=float, parse_int=whole_of)
    except RecursionError as error:
        raise InputError(f"{place}nested too deep") from error
    except ValueError as error:
        raise InputError(f"{place}not valid JSON ({error})") from error


def _of_records(records: list[tuple[str, Any]]) -> list[MeasuredRun]:
    found: list[MeasuredRun] = []
    for place, record in records:
        found += _read_record(record, place)
    return _some(found)


def _read_record(record: object, place: str) -> list[MeasuredRun]:
    where = f"{place}: " if place else ""
    if isinstance(record, Mapping):
        for recognizes, read in RECORDS:
            if recognizes(record):
                return read(record, place)
        if "metrics" in record and "metadata" in record:
            raise InputError(f"{where}records of single requests: give profile_export_aiperf.json, which sums them up")
    raise InputError(f"{where}no known format of measurements ({KNOWN})")
