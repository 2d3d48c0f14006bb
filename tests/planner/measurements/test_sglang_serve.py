from __future__ import annotations

from planner.measurements.run import DERIVED, REQUEST
from planner.measurements.sglang_serve import read, recognizes
from tests.planner.measurements.samples import SGLANG, VLLM


def test_old_files_derive_the_time_per_token_and_say_so() -> None:
    (run,) = read(SGLANG, "line 1")
    assert run.tpot == DERIVED
    assert float(run.cells["tpot_ms_mean"]) == 20.0
    assert (run.cells["load"], run.cells["isl"], run.cells["osl"]) == ("open_loop", "500", "100")


def test_newer_files_state_it() -> None:
    (run,) = read(SGLANG | {"mean_tpot_ms": 19.0}, "")
    assert (run.tpot, run.cells["tpot_ms_mean"]) == (REQUEST, "19")


def test_an_unlimited_rate_with_clients_is_a_closed_loop() -> None:
    for rate in (float("inf"), "inf"):
        (run,) = read(SGLANG | {"request_rate": rate, "max_concurrency": 8}, "")
        assert (run.cells["load"], run.cells["concurrency"]) == ("closed_loop", "8")


def test_only_the_server_names_engine_and_model() -> None:
    assert "engine" not in read(SGLANG, "")[0].cells
    told = {"model_path": "meta-llama/Llama-3.1-8B", "tp_size": 2, "version": "0.5.2"}
    (run,) = read(SGLANG | {"server_info": told}, "")
    assert run.names == ("meta-llama/Llama-3.1-8B",)
    assert (run.cells["engine"], run.cells["engine_version"], run.cells["tp"]) == ("SGLang", "0.5.2", "2")


def test_another_tool_is_not_taken_for_it() -> None:
    assert recognizes(SGLANG)
    assert not recognizes(VLLM)
