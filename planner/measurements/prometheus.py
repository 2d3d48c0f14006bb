"""A text snapshot of vLLM's `/metrics`: sums since the engine started, seconds; engines of data parallelism add up."""

from __future__ import annotations

import re
from collections.abc import Mapping

from planner.errors import InputError
from planner.measurements.run import MeasuredRun, cells, per

FORMAT = "vLLM /metrics"
MARK = re.compile(r"^# TYPE vllm:", re.M)
SAMPLE = re.compile(r"^vllm:(\w+)(?:\{(.*)\})? (\S+)", re.M)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
SECONDS = {"ttft": ("time_to_first_token_seconds",),
           "tpot": ("request_time_per_output_token_seconds", "time_per_output_token_seconds")}  # fmt: skip


def recognizes(text: str) -> bool:
    return MARK.search(text) is not None


def read(text: str) -> list[MeasuredRun]:
    """The means since the engine started; raises InputError where no request has ended."""
    sums, labels = _samples(text)
    done = sums.get("request_generation_tokens_count", 0.0)
    if not done:
        raise InputError("the snapshot counts no request that has ended")
    running, waiting = sums.get("num_requests_running", 0.0), sums.get("num_requests_waiting", 0.0)
    # A first token that waits for a slot says nothing of the prompt's time.
    first = {} if waiting else _mean(sums, "ttft")
    steps, drafted = (sums.get(f"spec_decode_num_{name}_total") for name in ("drafts", "draft_tokens"))
    accepted = per(sums.get("spec_decode_num_accepted_tokens_total"), steps)
    row = cells(
        engine="vLLM", load="closed_loop", concurrency=running + waiting or None,
        isl=per(sums.get("request_prompt_tokens_sum"), sums.get("request_prompt_tokens_count")),
        osl=per(sums.get("request_generation_tokens_sum"), done),
        prefix_hit=per(sums.get("prefix_cache_hits_total"), sums.get("prefix_cache_queries_total")),
        draft_tokens=per(drafted, steps), accepted_tokens=1.0 + accepted if accepted is not None else None,
    ) | first | _mean(sums, "tpot")  # fmt: skip
    kv = labels.get("cache_config_info", {}).get("cache_dtype", "")
    row |= cells(kv=kv if kv != "auto" else None)
    names = {told.get("model_name", "") for told in labels.values()} - {""}
    notes = ("clients as they were when the snapshot was taken, figures since the engine started",)
    return [
        MeasuredRun(FORMAT, "", row, tuple(sorted(names)) if len(names) == 1 else (), drafts=bool(steps), notes=notes)
    ]


def _samples(text: str) -> tuple[dict[str, float], dict[str, Mapping[str, str]]]:
    """The sum of each name over its engines and reasons, and labels of its last sample; buckets are left out."""
    sums: dict[str, float] = {}
    labels: dict[str, Mapping[str, str]] = {}
    for name, inside, value in SAMPLE.findall(text):
        if name.endswith(("_bucket", "_created")):
            continue
        try:
            sums[name] = sums.get(name, 0.0) + float(value)
        except ValueError:
            continue
        labels[name] = dict(LABEL.findall(inside))
    return sums, labels


def _mean(sums: Mapping[str, float], name: str) -> dict[str, str]:
    for key in SECONDS[name]:
        mean = per(sums.get(f"{key}_sum"), sums.get(f"{key}_count"))
        if mean is not None:
            return cells(**{f"{name}_ms_mean": 1e3 * mean})
    return {}
