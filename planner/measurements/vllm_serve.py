"""`vllm bench serve --save-result`: one JSON object a run, times in milliseconds, `duration` in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.measurements.run import MeasuredRun, cells, day_of, load_cells, number, per, percentiles, totals, word

FORMAT = "vllm bench serve JSON"


def recognizes(record: Mapping[str, Any]) -> bool:
    return "total_token_throughput" in record and "tokenizer_id" in record and "model_id" in record


def read(record: Mapping[str, Any], place: str) -> list[MeasuredRun]:
    """The run of one object."""
    done, duration = number(record, "completed"), number(record, "duration")
    osl, mean_e2e = per(number(record, "total_output_tokens"), done), number(record, "mean_e2el_ms")
    rate = number(record, "request_rate")
    reached = number(record, "request_throughput")
    flight = reached * mean_e2e / 1e3 if reached and mean_e2e else None
    accepted = number(record, "spec_decode_acceptance_length")
    row = cells(
        isl=per(number(record, "total_input_tokens"), done), osl=osl,
        output_tok_s=number(record, "output_throughput"), e2e_s_mean=mean_e2e / 1e3 if mean_e2e else None,
        accepted_tokens=accepted, draft_tokens=_drafted(record),
    )  # fmt: skip
    row |= load_cells(rate, number(record, "max_concurrency"), flight, done)
    row |= percentiles(record, "ttft") | percentiles(record, "tpot") | _spreads(record)
    counted = totals(
        duration_s=duration, requests=done, failed=number(record, "failed"), request_s=reached,
        input_tokens=number(record, "total_input_tokens"), output_tokens=number(record, "total_output_tokens"),
        all_tok_s=number(record, "total_token_throughput"),
    )  # fmt: skip
    names = tuple(name for name in (word(record, "model_id"), word(record, "tokenizer_id")) if name)
    return [
        MeasuredRun(FORMAT, place, row, names, day=day_of(word(record, "date")), drafts=accepted is not None,
                    totals=counted)
    ]  # fmt: skip


def _drafted(record: Mapping[str, Any]) -> float | None:
    """Tokens drafted a step."""
    return per(number(record, "spec_decode_num_draft_tokens"), number(record, "spec_decode_num_drafts"))


def _spreads(record: Mapping[str, Any]) -> dict[str, str]:
    """Coefficients of variation of the lengths, where the file lists them."""
    return {
        column: f"{spread:.6g}"
        for column, key in (("isl_cv", "input_lens"), ("osl_cv", "output_lens"))
        if (spread := _spread(record.get(key))) is not None
    }


def _spread(lengths: object) -> float | None:
    if not isinstance(lengths, list) or len(lengths) < 2:
        return None
    known = [float(n) for n in lengths if isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1e9]
    mean = sum(known) / max(1, len(known))
    if len(known) < len(lengths) or mean <= 0.0:
        return None
    return float((sum((n - mean) ** 2 for n in known) / len(known)) ** 0.5 / mean)
