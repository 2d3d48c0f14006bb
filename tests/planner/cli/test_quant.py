from __future__ import annotations

import json

import jsonschema
import pytest

from hardware_db.catalog import HardwareCatalog
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


def test_dollars_are_those_of_the_commitment_that_one_buys(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["quant", MODEL, "--gpu", "H100", "--kv", "bf16", "--weights", "bf16", "--provider", "aws"]
    hour = {}
    for name in ("on_demand", "3y_reserved"):
        assert main([*args, "--commitment", name, "--format", "json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        (row,) = (row["cluster"] for row in answer["rows"] if row["cluster"])
        assert answer["commitment"] == name
        hour[name] = row["usd_per_hour"] / row["gpus"]
        paid = row["usd_per_hour"] / row["rate_per_s"] / 3600 / (1024 + 256) * 1e6
        assert row["usd_per_million_tokens"] == pytest.approx(paid, rel=1e-3)
    offers = [o for o in HardwareCatalog().offers if o.provider == "aws" and o.accelerator == "h100-sxm"]
    assert hour["3y_reserved"] in [pytest.approx(o.usd_per_hour_3y_reserved / o.accelerators) for o in offers
                                   if o.usd_per_hour_3y_reserved]  # fmt: skip
    assert hour["3y_reserved"] < hour["on_demand"]
    assert main([*args, "--commitment", "3y_reserved"]) == 0
    assert "(USD, 3y reserved)" in capsys.readouterr().out
