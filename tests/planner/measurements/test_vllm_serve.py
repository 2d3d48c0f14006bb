from __future__ import annotations

from planner.measurements.vllm_serve import read, recognizes
from tests.planner.measurements.samples import SGLANG, VLLM


def test_the_load_follows_from_rate_and_clients() -> None:
    (closed,) = read(VLLM, "")
    assert closed.cells["load"] == "closed_loop"
    assert closed.cells["concurrency"] == "4"
    (open_loop,) = read(VLLM | {"request_rate": 1.0}, "")
    assert (open_loop.cells["load"], open_loop.cells["concurrency"]) == ("open_loop", "4.06")
    (burst,) = read(VLLM | {"max_concurrency": None}, "")
    assert burst.cells["load"] == "infinite_rate"


def test_output_and_total_throughput_are_not_mixed_up() -> None:
    (run,) = read(VLLM, "")
    assert (run.cells["output_tok_s"], run.totals["all_tok_s"]) == ("200", 1000.0)
    assert (run.cells["isl"], run.cells["osl"], run.day) == ("800", "200", "2026-06-23")


def test_speculation_is_known_by_its_fields() -> None:
    (run,) = read(VLLM | {"spec_decode_acceptance_length": 2.4, "spec_decode_num_drafts": 10,
                          "spec_decode_num_draft_tokens": 30}, "")  # fmt: skip
    assert run.drafts
    assert (run.cells["accepted_tokens"], run.cells["draft_tokens"]) == ("2.4", "3")
    assert not read(VLLM, "")[0].drafts


def test_listed_lengths_give_their_spread() -> None:
    (run,) = read(VLLM | {"input_lens": [100, 300], "output_lens": [5, 5]}, "")
    assert (run.cells["isl_cv"], run.cells["osl_cv"]) == ("0.5", "0")


def test_another_tool_is_not_taken_for_it() -> None:
    assert recognizes(VLLM)
    assert not recognizes(SGLANG)
