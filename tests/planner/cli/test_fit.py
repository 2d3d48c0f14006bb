from __future__ import annotations

import json

import jsonschema
import pytest

from tests.planner.cli.conftest import run, schema


def test_fit(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "fit", "-m", "deepseek-ai/DeepSeek-V3", "-g", "H200", "-g", "L4", "--format", "json")
    assert code == 0
    data = json.loads(out)
    jsonschema.validate(data, schema(capsys, "fit"))
    assert [row["fits"] for row in data["rows"]] == [True, False]
    assert run(capsys, "fit", "-m", "deepseek-ai/DeepSeek-V3", "-g", "L4")[0] == 1


def test_a_stated_cut_is_the_only_one(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("fit", "-m", "meta-llama/Llama-3.1-8B", "-g", "H100", "--format", "json")
    code, out, _ = run(capsys, *args, "--tp", "2", "--pp", "2", "--memory-fraction", "0.5")
    row = json.loads(out)["rows"][0]
    assert (code, row["split"], row["smallest_gpus"]) == (0, "tp2 pp2", 4)
    code, out, _ = run(capsys, "fit", "-m", "meta-llama/Llama-3.1-70B", "-g", "L4", "--tp", "1", "--format", "json")
    assert code == 1
    assert "(tp1)" in json.loads(out)["rows"][0]["change"]
    code, _, err = run(capsys, *args, "--tp", "7")
    assert code == 2
    assert "--tp (split.tp)" in err
