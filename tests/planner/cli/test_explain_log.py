"""`gpuplan explain-log`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.cli.app import run
from tests.planner.logs.samples import V1


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "server.log"
    path.write_text(V1, encoding="utf-8")
    return str(path)


def test_a_log_is_explained_figure_by_figure(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain-log", log, "--gpu", "L40S", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["engine_version"], found["split"]) == ("Qwen/Qwen3-8B", "0.23.0", "tp2")
    assert {"weights", "kv_pool", "kv_tokens"} <= {figure["name"] for figure in found["figures"]}
    assert run(["explain-log", log, "--gpu", "L40S"]) == 0
    assert "explained by" in capsys.readouterr().out


def test_flags_say_what_the_log_does_not(log: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain-log", log]) == 2
    assert "give --gpu" in capsys.readouterr().err
    assert run(["explain-log", log, "-g", "L40S", "--max-num-seqs", "0"]) == 2
    assert "--max-num-seqs (engine.max_num_seqs)" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "\0\0", "hello", "Available KV cache memory: x GiB"])
def test_what_is_no_log_is_one_line(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.log"
    path.write_text(text)
    assert run(["explain-log", str(path), "-g", "H100"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
