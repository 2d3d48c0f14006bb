from __future__ import annotations

import json

import pytest

from planner.cli.main import main
from planner.glossary import terms


def test_words_and_formats_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "ttft_p95_s", "awq_int4_g128", "fp8"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "time to first token" in said
    assert "a format of weights" in said


def test_without_a_word_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["names"] for row in found] == [term.names for term in terms()]


def test_a_word_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "utilisation"]) == 2
    assert "nearest: utilization" in capsys.readouterr().err
