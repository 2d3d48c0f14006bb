"""SGLang's `bench_serving`: a JSON object a run, appended to one file, so that a file is often a sweep of rates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.measurements.run import (
    DERIVED,
    NONE,
    REQUEST,
    MeasuredRun,
    cells,
    load_cells,
    number,
    per,
    percentiles,
    totals,
    word,
)

FORMAT = "SGLang bench_serving JSONL"


def recognizes(record: Mapping[str, Any]) -> bool:
    return "random_input_len" in record and "sharegpt_output_len" in record and "output_throughput" in record


def read(record: Mapping[str, Any], place: str) -> list[MeasuredRun]:
    """The run of one object. `backend` is the client's protocol; only `server_info` names engine and model."""
    done, duration, asked = number(record, "completed"), number(record, "duration"), record.get("request_rate")
    osl, mean_e2e = per(number(record, "total_output_tokens"), done), number(record, "mean_e2e_latency_ms")
    unlimited = asked in ("inf", None) or (isinstance(asked, float) and math.isinf(asked))
    reached = per(done, duration)
    flight = number(record, "concurrency") or (reached * mean_e2e / 1e3 if reached and mean_e2e else None)
    accepted = number(record, "accept_length")
    row = cells(
        isl=per(number(record, "total_input_tokens"), done), osl=osl, accepted_tokens=accepted,
        output_tok_s=number(record, "output_throughput"), e2e_s_mean=mean_e2e / 1e3 if mean_e2e else None,
    ) | _server(record)  # fmt: skip
    row |= load_cells(
        None if unlimited else number(record, "request_rate") or reached,
        number(record, "max_concurrency"),
        flight,
        done,
    )
    row |= percentiles(record, "ttft") | percentiles(record, "tpot")
    counted = totals(
        duration_s=duration, requests=done, input_tokens=number(record, "total_input_tokens"), request_s=reached,
        output_tokens=number(record, "total_output_tokens"), all_tok_s=number(record, "total_throughput"),
    )  # fmt: skip
    names = (word(_info(record), "model_path"),) if _info(record) else ()
    tpot, means = _tpot(record, osl)
    return [MeasuredRun(FORMAT, place, row | tpot, names, means, drafts=accepted is not None, totals=counted)]


def _tpot(record: Mapping[str, Any], osl: float | None) -> tuple[dict[str, str], str]:
    """Old files state no TPOT: the mean latency without a first token, over the other tokens."""
    if number(record, "mean_tpot_ms", "median_tpot_ms") is not None:
        return {}, REQUEST
    whole, first = number(record, "mean_e2e_latency_ms"), number(record, "mean_ttft_ms", "median_ttft_ms")
    if whole is None or first is None or osl is None or osl <= 1.0:
        return {}, NONE
    return cells(tpot_ms_mean=(whole - first) / (osl - 1.0)), DERIVED


def _info(record: Mapping[str, Any]) -> Mapping[str, Any]:
    found = record.get("server_info")
    return found if isinstance(found, dict) else {}


def _server(record: Mapping[str, Any]) -> dict[str, str]:
    """What the server said of itself, where it did."""
    info = _info(record)
    if not info:
        return {}
    stated = {
        "engine": "SGLang", "engine_version": word(info, "version"), "tp": number(info, "tp_size"),
        "dp": number(info, "dp_size"), "max_num_seqs": number(info, "max_running_requests"),
        "weights": word(info, "quantization"), "draft_tokens": number(info, "speculative_num_draft_tokens"),
    }  # fmt: skip
    return cells(**stated)
