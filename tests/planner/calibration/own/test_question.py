from __future__ import annotations

from dataclasses import replace

from planner.calibration.own.matching import matched
from planner.calibration.own.question import UNSTATED, notes_of, question
from planner.catalogs import Catalogs
from tests.planner.calibration.own.test_matching import GIVEN, run


def test_the_question_states_what_the_run_does_and_nothing_that_is_usual(catalogs: Catalogs) -> None:
    found = matched("a.json", run(prompts="80", isl_cv="0", osl_cv="0"), GIVEN | {"tp": "2"}, catalogs)
    assert question(found) == (
        "gpuplan estimate -m Qwen/Qwen3-8B -g l40s --engine vllm --weights bf16 --kv bf16 --tp 2 --isl 800 --osl 200 "
        "--concurrency 4 --requests 80"
    )
    assert "--isl-cv" in question(matched("a.json", run(), GIVEN, catalogs))


def test_each_configuration_is_asked_once_and_open_spreads_are_said_once(catalogs: Catalogs) -> None:
    one, other = (matched("a.json", run(), GIVEN | {"tp": tp}, catalogs) for tp in ("1", "2"))
    notes = notes_of([one, one, other])
    assert [note.count("gpuplan estimate") for note in notes] == [1, 1, 0]
    assert notes[-1] == UNSTATED
    alike = matched("a.json", run(isl_cv="0", osl_cv="0"), GIVEN, catalogs)
    assert UNSTATED not in notes_of([alike])


def test_what_estimate_cannot_ask_has_no_question(catalogs: Catalogs) -> None:
    found = matched("a.json", run(), GIVEN, catalogs)
    assert notes_of([replace(found, point=replace(found.point, load="static_batch"))]) == []
