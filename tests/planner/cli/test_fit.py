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
