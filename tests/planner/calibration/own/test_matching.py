from __future__ import annotations

import pytest

from planner.calibration.own.matching import matched, stated
from planner.calibration.own.missing import MissingError
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.measurements.run import MeasuredRun

CELLS = {"load": "closed_loop", "concurrency": "4", "isl": "800", "osl": "200", "tpot_ms_mean": "20"}
GIVEN = {"gpu": "L40S", "engine": "vllm", "tp": "1"}


def run(names: tuple[str, ...] = ("Qwen/Qwen3-8B",), drafts: bool = False, **cells: str) -> MeasuredRun:
    return MeasuredRun("a format", "line 3", CELLS | cells, names, drafts=drafts, totals={"request_s": 2.0})


def test_the_first_name_that_is_known_counts_and_paths_by_their_ends(catalogs: Catalogs) -> None:
    for names in (("served", "Qwen/Qwen3-8B"), ("/data/models/Qwen/Qwen3-8B/",), ("qwen3-8b",),
                  ("/root/.cache/huggingface/hub/models--Qwen--Qwen3-8B/snapshots/b968826d",)):  # fmt: skip
        assert matched("a.json", run(names), GIVEN, catalogs).point.model.id == "Qwen/Qwen3-8B"


def test_a_name_that_is_not_known_is_asked_for_with_the_nearest(catalogs: Catalogs) -> None:
    with pytest.raises(MissingError, match=r"a.json: line 3: give --model: .*'served-model'.*nearest"):
        matched("a.json", run(("served-model",)), GIVEN, catalogs)
    assert matched("a.json", run(("served-model",)), GIVEN | {"model": "Qwen/Qwen3-8B"}, catalogs).point


@pytest.mark.parametrize(("gone", "flag"), [("gpu", "--gpu"), ("engine", "--engine"), ("tp", "--tp")])
def test_what_no_file_and_no_flag_states_is_asked_for(catalogs: Catalogs, gone: str, flag: str) -> None:
    with pytest.raises(MissingError, match=flag):
        matched("a.json", run(), {k: v for k, v in GIVEN.items() if k != gone}, catalogs)


def test_a_run_that_drafted_needs_its_method(catalogs: Catalogs) -> None:
    with pytest.raises(MissingError, match="--speculation"):
        matched("a.json", run(drafts=True), GIVEN, catalogs)
    given = GIVEN | stated({}, "eagle3:3:2.4")
    point = matched("a.json", run(drafts=True), given, catalogs).point
    assert point.engine.drafting is not None
    assert point.engine.drafting.drafts == 3


def test_an_open_loop_is_the_closed_loop_of_its_requests_in_flight(catalogs: Catalogs) -> None:
    cells = {"load": "open_loop", "concurrency": "", "ttft_ms_mean": "100", "output_tok_s": "400"}
    found = matched("a.json", run(**cells), GIVEN, catalogs)
    # 2 a second, each 0.1 s and 199 tokens of 20 ms.
    assert float(found.row["concurrency"]) == pytest.approx(2.0 * (0.1 + 199 * 0.02))
    assert found.point.load == "closed_loop"
    assert not {"ttft_ms_mean", "output_tok_s"} & set(found.row)


def test_flags_are_columns(catalogs: Catalogs) -> None:
    assert stated({"tp": 2, "kv": None, "gpu": "L40S", "other": "x"}) == {"tp": "2", "gpu": "L40S"}
    with pytest.raises(InputError, match="speculation"):
        stated({}, "nobody")


def test_a_test_of_llamacpp_needs_no_load(catalogs: Catalogs) -> None:
    speed = MeasuredRun("llama-bench", "", {"test": "tg128", "tok_s": "100", "quant": "Q4_K_M", "gpu": "RTX 4090"},
                        ("Qwen3-8B-Q4_K_M.gguf",))  # fmt: skip
    found = matched("a.json", speed, {}, catalogs)
    assert found.is_speed
    assert (found.point.engine.id, found.point.model.id) == ("llama.cpp", "Qwen/Qwen3-8B")


@pytest.mark.parametrize(("name", "value"), [("concurrency", "1e-308"), ("concurrency", "0"), ("tpot_ms_mean", "nan"),
                                             ("tpot_ms_mean", "1e+308"), ("osl", "inf"), ("isl", "1e-300"),
                                             ("ttft_ms_p50", "-1"), ("isl", "1" + "0" * 299)])  # fmt: skip
def test_a_figure_that_no_server_has_is_one_line(catalogs: Catalogs, name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"{name} of .* is impossible"):
        matched("a.json", run(**{name: value}), GIVEN, catalogs)


def test_a_flag_does_not_make_another_machine_or_model_of_a_file(catalogs: Catalogs) -> None:
    run = MeasuredRun("test", "", {"gpu": "NVIDIA L40S", "model": "Qwen/Qwen3-8B", "load": "closed_loop"})
    given = {"engine": "vllm", "tp": "1", "isl": "500", "osl": "100", "concurrency": "4"}
    assert matched("a", run, {**given, "gpu": "L40S", "model": "Qwen/Qwen3-8B"}, catalogs).point.gpu.id == "l40s"
    with pytest.raises(InputError, match="ran on L40S, --gpu says H100 SXM"):
        matched("a", run, {**given, "gpu": "H100"}, catalogs)
    with pytest.raises(InputError, match="ran Qwen/Qwen3-8B, --model says Qwen/Qwen3-32B"):
        matched("a", run, {**given, "model": "Qwen/Qwen3-32B"}, catalogs)
