from __future__ import annotations

import re
from dataclasses import replace

import pytest

from planner.answers import DoesNotFit
from planner.catalogs import Catalogs
from planner.deployment.estimate import estimate
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.physics.split import Split
from planner.request.engine import EngineSettings

SHIPPED = Coefficients.shipped()
DEMAND = Demand.simple(1000, 200)


def told(d: Deployment, catalogs: Catalogs) -> str:
    answer = estimate(d, DEMAND, catalogs, SHIPPED)
    assert isinstance(answer, DoesNotFit)
    return answer.reason


def test_a_refusal_names_what_was_not_stated(catalogs: Catalogs) -> None:
    asked = Deployment("Qwen/Qwen3-32B", "RTX 3090", concurrency=1.0)
    reason = told(asked, catalogs)
    assert "--weights awq_int4" in reason
    assert "--tp 4" in reason
    for changed in (replace(asked, split=Split(tp=4)), replace(asked, weights="awq_int4_g128")):
        assert not isinstance(estimate(changed, DEMAND, catalogs, SHIPPED), DoesNotFit)


def test_what_was_asked_for_is_not_called_open(catalogs: Catalogs) -> None:
    asked = Deployment("Qwen/Qwen3-32B", "RTX 3090", weights="bf16", split=Split(tp=2), concurrency=1.0)
    assert "not stated" not in told(asked, catalogs)


@pytest.mark.parametrize("flag", ["--gpu-layers", "--n-cpu-moe"])
def test_llama_cpp_keeps_layers_in_host_memory(catalogs: Catalogs, flag: str) -> None:
    asked = Deployment("Qwen/Qwen3-30B-A3B", "RTX 4070", weights="gguf_q4_k_m", engine="llama.cpp", concurrency=1.0)
    found = re.search(rf"{flag} (\d+)", told(asked, catalogs))
    assert found
    name, count = {"--gpu-layers": "n_gpu_layers", "--n-cpu-moe": "n_cpu_moe"}[flag], int(found.group(1))
    step = 1 if name == "n_gpu_layers" else -1

    def set_to(value: int) -> Deployment:
        return replace(asked, settings=EngineSettings.model_validate({name: value}))

    assert not isinstance(estimate(set_to(count), DEMAND, catalogs, SHIPPED), DoesNotFit)
    assert isinstance(estimate(set_to(count + step), DEMAND, catalogs, SHIPPED), DoesNotFit)
