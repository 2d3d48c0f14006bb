"""`mlperf_log_summary.txt` of MLPerf inference: nanoseconds everywhere, output tokens only."""

from __future__ import annotations

from planner.files import numbered_lines
from planner.measurements.run import MeasuredRun, cells, load_cells, totals

FORMAT = "MLPerf summary"
PERCENTILES = {"mean": "Mean", "p50": "50.00 percentile", "p95": "95.00 percentile", "p99": "99.00 percentile"}
LATENCIES = {"ttft": ("First Token latency (ns)", "first token latency (ns)"),
             "tpot": ("Time to Output Token (ns)", "time to output token (ns)")}  # fmt: skip


def recognizes(text: str) -> bool:
    return "MLPerf Results Summary" in text[:4096]


def read(text: str) -> list[MeasuredRun]:
    """The run of one summary; hardware and model are in the names of its folders, not in the file."""
    told = _told(text)

    def value(*keys: str) -> float | None:
        for key in keys:
            try:
                return float(told[key])
            except (KeyError, ValueError):
                continue
        return None

    samples = value("Completed samples per second", "Samples per second")
    tokens = value("Completed tokens per second", "Tokens per second")
    mean_ns = value("Mean latency (ns)")
    row = cells(osl=tokens / samples if tokens and samples else None, output_tok_s=tokens)
    if told.get("Scenario") == "Offline":
        row |= cells(load="offline")
    else:
        row |= load_cells(samples, None, samples * mean_ns / 1e9 if samples and mean_ns else None, None)
        row |= cells(e2e_s_mean=mean_ns / 1e9 if mean_ns else None)
    for name, (first, other) in LATENCIES.items():
        found = {p: value(f"{head} {first if p == 'mean' else other}") for p, head in PERCENTILES.items()}
        row |= cells(**{f"{name}_ms_{p}": ns / 1e6 for p, ns in found.items() if ns is not None})
    notes = [] if told.get("Result is") == "VALID" else [f"the result is {told.get('Result is', 'not stated')[:40]}"]
    return [MeasuredRun(FORMAT, "", row, totals=totals(request_s=samples), notes=tuple(notes))]


def _told(text: str) -> dict[str, str]:
    """What stands behind the first colon of each line, by what stands before it."""
    parts = (line.partition(":") for _, line in numbered_lines(text))
    return {key.strip(): value.strip() for key, _, value in parts if key.strip() and value.strip()}
