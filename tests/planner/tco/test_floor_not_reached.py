"""A quality that no way reaches is an answer: what is in the way, and the nearest score that is reached."""

from __future__ import annotations

import json

import jsonschema
import pytest

from planner.cli.main import main

LOAD = ["--rate", "1", "--isl", "500", "--osl", "100", "--api", "openai/gpt-4o", "--on", "2026-01-15"]


def floor(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict[str, object]]:
    code = main(["tco", *LOAD, *args, "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    main(["schema", "tco-floor"])
    jsonschema.validate(data, json.loads(capsys.readouterr().out))
    return code, data


def test_a_score_that_nothing_has_names_the_best_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    code, data = floor(capsys, "--min-score", "MMLU", "99")
    assert (code, data["status"]) == (1, "not_reached")
    assert "no model or API with a known score reaches 99 on MMLU" in str(data["reason"])
    nearest = float(str(data["nearest_score"]))
    assert nearest < 99
    reached, answer = floor(capsys, "--min-score", "MMLU", str(nearest))
    assert reached == 0
    assert data["nearest"] in [way["model"] for way in answer["ways"]]  # type: ignore[attr-defined]


def test_models_that_cannot_be_hosted_leave_the_nearest_that_can(capsys: pytest.CaptureFixture[str]) -> None:
    limits = ["--gpu", "L40S", "--max-gpus", "1", "--weights", "bf16", "--tpot-p95", "0.06"]
    code, data = floor(capsys, "--min-score", "MMLU", "88.6", *limits)
    assert (code, data["status"]) == (1, "not_reached")
    assert "reach it, but none is hosted" in str(data["reason"])
    assert data["nearest_score"] is not None


def test_models_that_reach_it_by_thinking_only_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    _, data = floor(capsys, "--min-score", "MMLU", "90", "--gpu", "L40S")
    assert "DeepSeek-R1 reach it by thinking" in str(data["reason"])


def test_it_is_shown_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tco", *LOAD, "--min-score", "MMLU", "99"]) == 1
    assert "Not reached" in capsys.readouterr().out
