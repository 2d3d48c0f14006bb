from __future__ import annotations

from planner.measurements.inferencex import read, recognizes
from tests.planner.measurements.samples import INFERENCEX, VLLM


def test_seconds_become_milliseconds_and_rates_are_of_all_gpus() -> None:
    (run,) = read(INFERENCEX, "")
    assert (run.cells["tpot_ms_mean"], run.cells["ttft_ms_mean"]) == ("25", "200")
    assert (run.cells["output_tok_s"], run.cells["gpus"], run.cells["concurrency"]) == ("600", "2", "16")


def test_apart_output_is_a_rate_of_the_decode_gpus() -> None:
    told = INFERENCEX | {"disagg": True, "num_prefill_gpu": 4, "num_decode_gpu": 8}
    assert read(told, "")[0].cells["output_tok_s"] == "2400"


def test_ranks_of_attention_are_a_text() -> None:
    (run,) = read(INFERENCEX | {"dp_attention": "true"}, "")
    assert (run.cells["tp"], run.cells["dp"]) == ("1", "2")


def test_the_raw_variant_is_in_seconds_too() -> None:
    raw = {"model_id": "a/b", "request_rate": "inf", "max_concurrency": 4, "completed": 40, "total_input_tokens": 400,
           "total_output_tokens": 80, "median_ttft": 1.5, "median_tpot": 0.05}  # fmt: skip
    (run,) = read(raw, "")
    assert (run.cells["tpot_ms_p50"], run.cells["load"], run.cells["osl"]) == ("50", "closed_loop", "2")


def test_another_tool_is_not_taken_for_it() -> None:
    assert recognizes(INFERENCEX)
    assert not recognizes(VLLM)
