"""InferenceX (InferenceMAX) results: times in seconds, rates a GPU; also its raw variant without `_ms`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.measurements.run import MeasuredRun, cells, day_of, load_cells, number, per, percentiles, totals, word

FORMAT = "InferenceX result JSON"


def recognizes(record: Mapping[str, Any]) -> bool:
    aggregate = "tput_per_gpu" in record and "conc" in record and "hw" in record
    raw = "median_tpot" in record and "median_ttft" in record and "model_id" in record
    return aggregate or raw


def read(record: Mapping[str, Any], place: str) -> list[MeasuredRun]:
    """The run of one result."""
    return [_aggregate(record, place) if "tput_per_gpu" in record else _raw(record, place)]


def _aggregate(record: Mapping[str, Any], place: str) -> MeasuredRun:
    gpus = _gpus(record)
    each = number(record, "output_tput_per_gpu")
    decoding = number(record, "num_decode_gpu") if record.get("disagg") is True else gpus
    drafts = word(record, "spec_decoding") not in ("", "none")
    row = cells(
        gpu=word(record, "hw").partition("-")[0], gpus=gpus, tp=number(record, "tp"), pp=number(record, "pp"),
        ep=number(record, "ep"), dp=number(record, "tp") if word(record, "dp_attention") == "true" else None,
        engine=word(record, "framework"), weights=word(record, "precision"), isl=number(record, "isl"),
        osl=number(record, "osl"), output_tok_s=each * decoding if each is not None and decoding else None,
        note="disaggregated" if record.get("disagg") is True else None,
    ) | load_cells(None, number(record, "conc"), None, None) | _times(record)  # fmt: skip
    if row.get("dp"):
        row["tp"] = "1"
    names = tuple(name for name in (word(record, "model"),) if name)
    return MeasuredRun(FORMAT, place, row, names, drafts=drafts, day=day_of(word(record, "date")))


def _raw(record: Mapping[str, Any], place: str) -> MeasuredRun:
    done = number(record, "completed")
    mean_e2e, reached = number(record, "mean_e2el"), number(record, "request_throughput")
    flight = reached * mean_e2e if reached and mean_e2e else None
    row = cells(
        isl=per(number(record, "total_input_tokens"), done), osl=per(number(record, "total_output_tokens"), done),
        output_tok_s=number(record, "output_throughput"), e2e_s_mean=mean_e2e,
    )  # fmt: skip
    row |= load_cells(number(record, "request_rate"), number(record, "max_concurrency"), flight, done) | _times(record)
    counted = totals(
        duration_s=number(record, "duration"), requests=done, request_s=reached,
        input_tokens=number(record, "total_input_tokens"), output_tokens=number(record, "total_output_tokens"),
    )  # fmt: skip
    names = tuple(name for name in (word(record, "model_id"), word(record, "tokenizer_id")) if name)
    return MeasuredRun(FORMAT, place, row, names, totals=counted, day=day_of(word(record, "date")))


def _times(record: Mapping[str, Any]) -> dict[str, str]:
    return percentiles(record, "ttft", "", 1e3) | percentiles(record, "tpot", "", 1e3)


def _gpus(record: Mapping[str, Any]) -> float | None:
    """GPUs in all: prefill and decode where they are apart, else the widths that add GPUs."""
    apart = [number(record, name) for name in ("num_prefill_gpu", "num_decode_gpu")]
    if all(apart):
        return sum(n for n in apart if n)
    tp = number(record, "tp")
    return None if tp is None else tp * (number(record, "pp") or 1.0) * (number(record, "pcp_size") or 1.0)
