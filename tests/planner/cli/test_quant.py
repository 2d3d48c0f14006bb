from __future__ import annotations

import json

import jsonschema
import pytest

from planner.cli.main import main
from tests.planner.quant.conftest import MODEL


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["quant", MODEL, "--gpu", "L40S", "--kv", "fp8", "--weights", "fp8", "--weights", "bf16"]
    assert main([*args, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    main(["schema", "quant"])
    jsonschema.validate(data, json.loads(capsys.readouterr().out))
    assert {row["weight_format"] for row in data["rows"]} == {"fp8", "bf16"}
    assert main(args) == 0
    assert "USD" in capsys.readouterr().out
    assert main(["quant"]) == 2
    assert main(["quant", "no/such-model"]) == 2
    assert main([*args, "--ttft-p95", "0.00001"]) == 1


def test_a_workload_in_the_place_of_a_model_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quant", "examples/chat-70b.toml"]) == 2
    assert "-w" in capsys.readouterr().err
