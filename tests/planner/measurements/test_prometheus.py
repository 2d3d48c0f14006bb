from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.measurements.prometheus import read, recognizes
from tests.planner.measurements.samples import METRICS, MLPERF


def test_engines_add_up_and_seconds_become_milliseconds() -> None:
    (run,) = read(METRICS)
    assert (run.cells["concurrency"], run.cells["tpot_ms_mean"], run.cells["ttft_ms_mean"]) == ("4", "20", "80")
    assert (run.cells["isl"], run.cells["osl"], run.names) == ("800", "200", ("Qwen/Qwen3-8B",))


def test_first_tokens_that_queue_are_left_out() -> None:
    (run,) = read(METRICS.replace('waiting{engine="0",model_name="Qwen/Qwen3-8B"} 0.0', 'waiting{engine="0"} 9.0'))
    assert "ttft_ms_mean" not in run.cells
    assert run.cells["concurrency"] == "13"


def test_a_snapshot_without_an_ended_request_is_an_error() -> None:
    with pytest.raises(InputError, match="no request that has ended"):
        read("# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 1.0\n")


def test_another_file_is_not_taken_for_it() -> None:
    assert recognizes(METRICS)
    assert not recognizes(MLPERF)
