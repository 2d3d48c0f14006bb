from __future__ import annotations

import copy

from planner.measurements.guidellm import read, recognizes
from tests.planner.measurements.samples import AIPERF, GUIDELLM


def test_its_tpot_is_the_one_without_the_first_token_of_requests_that_succeeded() -> None:
    (run,) = read(GUIDELLM, "")
    assert run.cells["tpot_ms_mean"] == "20"
    assert run.cells["e2e_s_mean"] == "4.06"
    assert (run.cells["load"], run.cells["concurrency"], run.cells["prompts"]) == ("closed_loop", "4", "100")


def test_a_constant_rate_is_an_open_loop_with_its_measured_concurrency() -> None:
    told = copy.deepcopy(GUIDELLM)
    told["benchmarks"][0]["config"]["strategy"] = {"type_": "constant", "rate": 2.0, "max_concurrency": 512}
    (run,) = read(told, "")
    assert (run.cells["load"], run.cells["rate_per_s"], run.cells["concurrency"]) == ("open_loop", "2", "3.9")


def test_older_versions_keep_the_strategy_elsewhere() -> None:
    told = copy.deepcopy(GUIDELLM)
    entry = told["benchmarks"][0]
    entry["args"] = {"strategy": {"type_": "synchronous"}}
    del entry["config"], told["config"]
    told["args"] = {"model": "Qwen/Qwen3-8B"}
    (run,) = read(told, "")
    assert (run.cells["load"], run.cells["concurrency"], run.names) == ("closed_loop", "1", ("Qwen/Qwen3-8B",))


def test_another_tool_is_not_taken_for_it() -> None:
    assert recognizes(GUIDELLM)
    assert not recognizes(AIPERF)
    assert not recognizes({"benchmarks": []})
    assert not recognizes({"benchmarks": [3]})
