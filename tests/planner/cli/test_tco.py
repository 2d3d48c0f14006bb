from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from planner.cli.main import main
from tests.planner.tco.conftest import BASE


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        '[[price]]\nprovider = "x"\nmodel = "y"\ninput = 1\noutput = 2\nas_of = "2026-01-01"\nsource = "contract"\n'
    )
    args = ["tco", "-m", BASE["model"], "--tokens-per-month", "50e6", "--gpu", "L40S", "--api", "x/y"]
    assert main([*args, "--api-prices", str(path), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    main(["schema", "tco"])
    jsonschema.validate(data, json.loads(capsys.readouterr().out))
    assert data["tokens_in_per_month"] + data["tokens_out_per_month"] == pytest.approx(50e6)
    assert np.isclose(
        data["apis"][0]["usd_per_month"],
        (data["tokens_in_per_month"] + 2 * data["tokens_out_per_month"]) / 1e6,
        atol=0.01,
    )
    assert main([*args, "--api-prices", str(path)]) == 0
    assert "USD" in capsys.readouterr().out
    for bad in (["--term", "kwh=1"], ["--term", "x"], ["--on", "soon"], ["--api", "z/z"], ["--private-share", "3"]):
        assert main([*args, "--api-prices", str(path), *bad]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_own_scores_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("model,benchmark,score,shots,source\nopenai/gpt-4o,MMLU,88.7,0,own run\n")
    flags = ["--rate", "2", "--gpu", "H100", "--api", "openai/gpt-4o", "--benchmark", "MMLU", "--scores", str(path)]
    assert main(["tco", "-m", "Qwen/Qwen3-32B", *flags, "--format", "md"]) == 0
    assert "own run" in capsys.readouterr().out
    path.write_text("model,benchmark,score\nx,MMLU,3\n")
    assert main(["tco", "-m", "Qwen/Qwen3-32B", *flags]) == 2
    assert "no column 'shots'" in capsys.readouterr().err
