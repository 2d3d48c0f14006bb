"""`estimate --log`."""

from __future__ import annotations

import json

import pytest

from planner.cli.app import run

LLAMA = ["estimate", "-m", "meta-llama/Llama-3.1-8B", "-g", "H100", "--log"]


def test_the_lines_are_printed_as_the_engine_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*LLAMA, "--engine-version", "0.11"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Model loading took 14.98")
    assert any(line.startswith("Maximum concurrency for 131,072 tokens per request: ") for line in lines)


def test_every_format_has_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*LLAMA, "--format", "json"]) == 0
    log = json.loads(capsys.readouterr().out)["log"]
    assert log["engine"] == "vllm"
    for fmt in ("csv", "md"):
        assert run([*LLAMA, "--format", fmt]) == 0
        assert log["lines"][0] in capsys.readouterr().out


def test_what_does_not_fit_has_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", "-m", "meta-llama/Llama-3.1-70B", "-g", "L4", "--log"]) == 1
    assert "out of memory" in capsys.readouterr().out


def test_engines_without_known_lines_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*LLAMA, "--engine", "tgi"]) == 2
    assert "--log: how tgi words its start is not known" in capsys.readouterr().err
