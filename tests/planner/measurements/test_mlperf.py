from __future__ import annotations

import time

from planner.measurements.mlperf import read, recognizes
from tests.planner.measurements.samples import METRICS, MLPERF


def test_nanoseconds_and_rates_of_a_server_run() -> None:
    (run,) = read(MLPERF)
    assert (run.cells["tpot_ms_mean"], run.cells["ttft_ms_mean"], run.cells["ttft_ms_p99"]) == ("20", "100", "300")
    assert (run.cells["load"], run.cells["concurrency"], run.cells["osl"]) == ("open_loop", "40.8", "200")
    assert run.notes == ()


def test_an_offline_run_has_a_rate_alone_and_an_invalid_one_says_so() -> None:
    text = MLPERF.replace("Scenario : Server", "Scenario : Offline").replace("is : VALID", "is : INVALID")
    (run,) = read(text)
    assert run.cells["load"] == "offline"
    assert run.notes == ("the result is INVALID",)


def test_another_file_is_not_taken_for_it() -> None:
    assert recognizes(MLPERF)
    assert not recognizes(METRICS)


def test_blanks_and_colons_take_no_more_time_than_their_number() -> None:
    """A regular expression took a minute for them."""
    began = time.process_time()
    (run,) = read(MLPERF + " " * 300_000 + "\n" + (" " * 3000 + "x\n") * 300 + ":" * 300_000 + "\n" * 300_000)
    assert time.process_time() - began < 2.0
    assert run == read(MLPERF)[0]
