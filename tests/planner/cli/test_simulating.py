from __future__ import annotations

from typing import Any

import pytest

from planner.catalogs import Catalogs
from planner.cli.simulating import run
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.planner import Planner

FLAGS: dict[str, Any] = dict.fromkeys(
    ("trace", "workload", "weights", "kv", "replicas", "autoscale", "confidence", "rate"), None
) | {
    "model": "meta-llama/Llama-3.1-8B-Instruct", "gpu": "H100", "engine": "vllm", "tp": 1, "pp": 1, "ep": 1, "dp": 1,
    "max_sequences": 64, "routing": "round_robin", "lose": (), "duration": 30.0, "seed": 1, "limit": None,
    "skip_bad": False, "scale_delay": 5.0,
}  # fmt: skip
DATA = {"traffic": {"rate_per_s": 4.0}, "input_tokens": {"mean": 300}, "output_tokens": {"mean": 40}}


@pytest.fixture(scope="module")
def planner(catalogs: Catalogs, coefficients: Coefficients) -> Planner:
    return Planner(catalogs=catalogs, coefficients=coefficients)


def test_flags_become_a_run(planner: Planner) -> None:
    found = run(FLAGS | {"replicas": 2}, DATA, planner, lambda done, of: None)
    assert found.replicas == 2
    assert found.served == found.requests > 50


@pytest.mark.parametrize(
    ("change", "says"),
    [({"gpu": None}, "--workload"), ({"lose": ("1:2:3",)}, "--lose"), ({"autoscale": "3:1:8"}, "--autoscale")],
)
def test_wrong_flags_are_named(planner: Planner, change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(FLAGS | change, DATA, planner, lambda done, of: None)
