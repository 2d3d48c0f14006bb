from __future__ import annotations

from planner.measurements.aiperf import is_csv, read, read_csv, recognizes
from tests.planner.measurements.samples import AIPERF, GENAI, VLLM, metric


def test_units_are_read_not_assumed() -> None:
    (run,) = read(AIPERF, "")
    assert run.cells["tpot_ms_mean"] == "20"
    assert run.totals["duration_s"] == 100.0
    (strange,) = read(AIPERF | {"inter_token_latency": metric(20.0, "fortnights")}, "")
    assert "tpot_ms_mean" not in strange.cells


def test_the_gpu_is_what_telemetry_names() -> None:
    (run,) = read(AIPERF, "")
    assert (run.cells["gpu"], run.names, run.day) == ("NVIDIA L40S", ("Qwen/Qwen3-8B",), "2026-06-23")
    assert (run.cells["load"], run.cells["concurrency"], run.cells["osl_cv"]) == ("closed_loop", "4", "0.1")


def test_a_csv_has_units_behind_its_names_and_separators_in_its_numbers() -> None:
    (run,) = read_csv(GENAI)
    assert run.cells["tpot_ms_mean"] == "20"
    assert run.cells["e2e_s_mean"] == "4.06"
    assert "load" not in run.cells


def test_another_file_is_not_taken_for_it() -> None:
    assert recognizes(AIPERF)
    assert not recognizes(VLLM)
    assert is_csv(GENAI)
    assert not is_csv("Metric,avg\nSomething,1\n")
