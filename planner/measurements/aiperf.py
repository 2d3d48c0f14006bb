"""AIPerf's and genai-perf's JSON and CSV: a metric has a unit; `inter_token_latency` is a request's."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from planner.errors import InputError
from planner.measurements.run import MeasuredRun, cells, day_of, load_cells, number, totals, word

FORMAT = "AIPerf or genai-perf JSON"
CSV_FORMAT = "genai-perf CSV"
TO_MS = {"ms": 1.0, "sec": 1e3, "s": 1e3, "us": 1e-3, "ns": 1e-6}
NAMED = re.compile(r"^(?P<name>.*?)(?: \((?P<unit>[^()]*)\))?$")


def recognizes(record: Mapping[str, Any]) -> bool:
    metric = record.get("request_latency")
    return isinstance(metric, dict) and "unit" in metric and "avg" in metric


def read(record: Mapping[str, Any], place: str) -> list[MeasuredRun]:
    """The run of one export."""
    config = record.get("input_config")
    config = config if isinstance(config, dict) else {}
    load = _nested(config, "loadgen") or _nested(_nested(config, "perf_analyzer"), "stimulus") or config
    row, counted = _figures(record)
    row |= _loads(record, number(load, "concurrency"), number(load, "request_rate"))
    names = _nested(config, "endpoint").get("model_names") or config.get("model_names")
    model = next((n for n in names if isinstance(n, str)), "") if isinstance(names, list) else word(config, "model")
    gpu = _gpu(record)
    return [
        MeasuredRun(FORMAT, place, row | cells(gpu=gpu), (model,) if model else (), totals=counted,
                    day=day_of(word(record, "start_time")))
    ]  # fmt: skip


def is_csv(text: str) -> bool:
    return text.lstrip("\ufeff").startswith("Metric,") and "Request Latency" in text[:2000]


def read_csv(text: str) -> list[MeasuredRun]:
    """The run of `profile_export_genai_perf.csv`, whose units stand behind the names of its rows."""
    record: dict[str, Any] = {}
    header: list[str] = []
    try:
        for line in csv.reader(io.StringIO(text, newline="")):
            if line and line[0] == "Metric":
                header = line
            elif line and header:
                record |= _metric(line, header)
    except csv.Error as error:
        raise InputError(f"not valid CSV ({error})") from error
    row, counted = _figures(record)
    return [MeasuredRun(CSV_FORMAT, "", row | _loads(record, None, None), totals=counted)]


def _metric(line: list[str], header: list[str]) -> dict[str, Any]:
    found = NAMED.match(line[0])
    name = found["name"].lower().replace(" ", "_") if found else ""
    values: dict[str, Any] = {}
    for key, text in zip(header[1:], line[1:], strict=False):
        try:
            values["avg" if key == "Value" else key] = float(text.replace(",", ""))
        except ValueError:
            continue
    return {name: values | {"unit": (found["unit"] if found else "") or ""}}


def _figures(record: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, float]]:
    done, latency = _value(record, "request_count"), _ms(record, "request_latency", "avg")
    rate = _value(record, "request_throughput")
    row = cells(
        isl=_value(record, "input_sequence_length"), osl=_value(record, "output_sequence_length"),
        isl_cv=_spread(record, "input_sequence_length"), osl_cv=_spread(record, "output_sequence_length"),
        output_tok_s=_value(record, "output_token_throughput"), e2e_s_mean=latency / 1e3 if latency else None,
    )  # fmt: skip
    for key, name in (("time_to_first_token", "ttft"), ("inter_token_latency", "tpot")):
        stats = {"mean": "avg", "p50": "p50", "p95": "p95", "p99": "p99"}
        row |= cells(**{f"{name}_ms_{p}": _ms(record, key, stat) for p, stat in stats.items()})
    seconds = _ms(record, "benchmark_duration", "avg")
    return row, totals(requests=done, request_s=rate, duration_s=seconds / 1e3 if seconds else None,
                       output_tokens=_value(record, "total_output_tokens"))  # fmt: skip


def _loads(record: Mapping[str, Any], clients: float | None, rate: float | None) -> dict[str, str]:
    """A stated rate, else clients; without either how requests came is not stated."""
    done, reached, latency = _value(record, "request_count"), _value(record, "request_throughput"), None
    latency = _ms(record, "request_latency", "avg")
    flight = reached * latency / 1e3 if reached and latency else None
    if rate is None and clients is None:
        return cells(prompts=done)
    return load_cells(rate, clients, flight, done)


def _value(record: Mapping[str, Any], key: str) -> float | None:
    return number(_nested(record, key), "avg")


def _ms(record: Mapping[str, Any], key: str, stat: str) -> float | None:
    """A statistic of a time in milliseconds; None for a unit that is not known."""
    metric = _nested(record, key)
    value, scale = number(metric, stat), TO_MS.get(word(metric, "unit"))
    return value * scale if value is not None and scale is not None else None


def _spread(record: Mapping[str, Any], key: str) -> float | None:
    mean, deviation = _value(record, key), number(_nested(record, key), "std")
    return deviation / mean if mean and deviation is not None else None


def _nested(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = record.get(key)
    return found if isinstance(found, dict) else {}


def _gpu(record: Mapping[str, Any]) -> str:
    """The GPU that telemetry names, where all it saw are of one name."""
    endpoints = _nested(_nested(record, "telemetry_data"), "endpoints").values()
    gpus = [gpu for one in endpoints if isinstance(one, dict) for gpu in _nested(one, "gpus").values()]
    names = {word(gpu, "gpu_name") for gpu in gpus if isinstance(gpu, dict)}
    return names.pop() if len(names) == 1 else ""
