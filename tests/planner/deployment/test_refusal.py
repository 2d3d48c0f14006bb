"""What is said not to start, and what may."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.deployment.estimate import estimate
from planner.export.reading.deployed import read_line
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.request.lengths import CHAT_INPUT, CHAT_OUTPUT
from planner.traffic.lengths import shape_of

# Sources that ran these: eugr/spark-vllm-docker README.md (read 2026-11-28).
RAN = [
    ("GB10", "vllm serve Salyut1/GLM-4.7-NVFP4 -tp 2 --gpu-memory-utilization 0.88 --max-model-len 32000"),
]


def status(gpu: str, line: str, catalogs: Catalogs, coefficients: Coefficients) -> str:
    read = read_line(line, catalogs)
    named = Deployment(
        read.model, gpu, read.weights, read.kv, read.engine, read.split, read.settings, concurrency=1.0, starts=True
    )
    return estimate(named, Demand(shape_of(CHAT_INPUT), shape_of(CHAT_OUTPUT)), catalogs, coefficients).status


@pytest.mark.parametrize(("gpu", "line"), RAN)
def test_what_a_source_ran_is_not_refused(gpu: str, line: str, catalogs: Catalogs, coefficients: Coefficients) -> None:
    assert status(gpu, line, catalogs, coefficients) == "ok"


def test_a_context_far_beyond_the_cache_is_refused(catalogs: Catalogs, coefficients: Coefficients) -> None:
    line = "vllm serve Salyut1/GLM-4.7-NVFP4 -tp 2 --gpu-memory-utilization 0.88 --max-model-len 200000"
    assert status("GB10", line, catalogs, coefficients) == "does_not_fit"
