from __future__ import annotations

import pytest

from planner.cli.starting import Startable, shown_shortage
from planner.physics.deployment import Deployment
from tests.planner.cli.conftest import run

ONE = ["-m", "Qwen/Qwen3-30B-A3B", "-g", "H100"]


def test_a_cut_names_one_deployment_whatever_load_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "export", "vllm", *ONE, "--tp", "2", "--rate", "300")
    assert "1 replica of 2 GPUs" in out
    assert Startable(Deployment("x", "y"), None).demand is None


def test_prefix_caching_follows_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--enable-prefix-caching" in run(capsys, "export", "vllm", *ONE, "--prefix-hit", "0.5")[1]
    assert "prefix-caching" not in run(capsys, "export", "vllm", *ONE)[1]


def test_a_shortage_is_told() -> None:
    class Short:
        reason = "does not fit"

    assert shown_shortage(Short()) == "nothing to start: does not fit"  # type: ignore[arg-type]
