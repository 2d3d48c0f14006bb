from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.export.ray import engine_kwargs, ray
from tests.planner.export import checks
from tests.planner.export.conftest import Launches


def test_arguments_have_their_names_and_types_in_python(launches: Launches) -> None:
    found = engine_kwargs(launches("latent, mtp"))
    assert found["tensor_parallel_size"] == 8
    assert found["enable_expert_parallel"] is True
    assert found["gpu_memory_utilization"] == 0.9
    assert found["speculative_config"] == {"method": "mtp", "num_speculative_tokens": 2}


def test_ranks_of_data_parallelism_have_a_builder_of_their_own(launches: Launches) -> None:
    [found] = checks.documents(ray(launches("experts, dp")))
    [application] = found["applications"]
    assert application["import_path"] == "ray.serve.llm:build_dp_openai_app"
    assert application["args"]["llm_config"]["experimental_configs"] == {"dp_size_per_node": 4}


def test_replicas_and_the_accelerator_are_the_plans(launches: Launches) -> None:
    [found] = checks.documents(ray(replace(launches("hybrid"), replicas=3)))
    config = found["applications"][0]["args"]["llm_configs"][0]
    assert (config["deployment_config"], config["accelerator_type"]) == ({"num_replicas": 3}, "H200")


def test_another_engine_is_refused(launches: Launches) -> None:
    with pytest.raises(InputError, match="runs vllm, not sglang"):
        ray(launches("sglang"))
