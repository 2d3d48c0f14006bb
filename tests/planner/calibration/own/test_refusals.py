from __future__ import annotations

from dataclasses import replace

import pytest

from planner.calibration.own.matching import Matched, matched
from planner.calibration.own.refusals import contradiction, impossible, least_step_s
from planner.catalogs import Catalogs
from planner.evidence.predict import features
from planner.measurements.run import MeasuredRun
from planner.measurements.vllm_serve import read
from tests.planner.calibration.own.conftest import C
from tests.planner.measurements.samples import VLLM

GIVEN = {"gpu": "L40S", "engine": "vllm", "tp": "1"}


def of(**changed: object) -> MeasuredRun:
    return read(VLLM | changed, "")[0]


@pytest.mark.parametrize(("changed", "reason"), [
    ({"completed": 0}, "no request succeeded"),
    ({"p99_tpot_ms": 10.0}, "percentiles of TPOT fall"),
    ({"mean_tpot_ms": 0.0}, "zero or negative"),
    ({"output_throughput": 400.0}, "tokens a second"),
    ({"duration": 150.0}, "are not"),
    ({"request_throughput": 3.0}, "requests in"),
    ({"mean_e2el_ms": 9000.0}, "the mean latency is 9 s"),
])  # fmt: skip
def test_figures_that_contradict_each_other_are_named(changed: dict[str, object], reason: str) -> None:
    assert not contradiction(of())
    assert reason in contradiction(of(**changed))


def test_an_invalid_result_is_refused() -> None:
    assert contradiction(replace(of(), notes=("the result is INVALID",))) == "the result is INVALID"


def point(catalogs: Catalogs, **cells: str) -> Matched:
    run = of()
    return matched("a.json", replace(run, cells={**run.cells, **cells}), GIVEN, catalogs)


def test_the_memory_roof_is_the_datasheets(catalogs: Catalogs) -> None:
    found = point(catalogs)
    assert not impossible(found, C)
    least_ms = 1e3 * least_step_s(features([found.point], C), C)
    # 16 GB of weights at 864 GB/s, and little cache.
    assert 17.0 < least_ms < 21.0
    told = {"ttft_ms_mean": "600", "ttft_ms_p50": "600", "output_tok_s": ""}
    assert "memory roof" in impossible(point(catalogs, tpot_ms_mean=f"{0.9 * least_ms:.4g}", **told), C)


def test_more_arithmetic_than_the_gpu_has_is_refused(catalogs: Catalogs) -> None:
    cells = {"load": "infinite_rate", "output_tok_s": "1e6", "tpot_ms_mean": "", "ttft_ms_mean": ""}
    assert "TFLOP/s" in impossible(point(catalogs, **cells), C)


def test_weights_beyond_the_card_are_refused(catalogs: Catalogs) -> None:
    run = replace(of(model_id="served"), names=())
    large = matched("a.json", run, GIVEN | {"model": "meta-llama/Llama-3.3-70B-Instruct"}, catalogs)
    assert "GiB of the card" in impossible(large, C)


def test_generation_above_the_roof_is_refused(catalogs: Catalogs) -> None:
    cells = {"test": "tg128", "tok_s": "900", "quant": "Q4_K_M", "gpu": "RTX 4090"}
    run = MeasuredRun("llama-bench", "", cells, ("Qwen3-8B-Q4_K_M.gguf",))
    assert "memory roof" in impossible(matched("a.json", run, {}, catalogs), C)
    assert not impossible(matched("a.json", replace(run, cells=cells | {"tok_s": "120"}), {}, catalogs), C)


def test_a_rate_above_the_roof_is_refused_without_a_time_per_token(catalogs: Catalogs) -> None:
    untold = {"ttft_ms_mean": "600", "ttft_ms_p50": "600", "tpot_ms_mean": "", "tpot_ms_p50": ""}
    assert not impossible(point(catalogs, output_tok_s="300", concurrency="8", **untold), C)
    assert "memory roof" in impossible(point(catalogs, output_tok_s="5000", concurrency="8", **untold), C)


def test_a_time_per_token_of_answers_of_one_token_is_none(catalogs: Catalogs) -> None:
    assert "have none" in impossible(point(catalogs, osl="1", output_tok_s=""), C)
