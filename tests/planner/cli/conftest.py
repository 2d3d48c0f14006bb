"""One run of the command line and what it prints."""

from __future__ import annotations

import json

import pytest

from planner.cli.main import main

MODEL = "meta-llama/Llama-3.3-70B-Instruct"


PLAN_ARGS = ["--model", MODEL, "--rate", "8", "--isl", "1155", "--osl", "211", "--tpot-p95", "0.05"]


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def schema(capsys: pytest.CaptureFixture[str], command: str) -> object:
    return json.loads(run(capsys, "schema", command)[1])


@pytest.fixture(autouse=True)
def _shared(planners_share_a_context: None, crossings_of_the_same_machines: None) -> None:
    """Commands are many, their questions few."""
