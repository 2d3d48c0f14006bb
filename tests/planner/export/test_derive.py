from __future__ import annotations

from dataclasses import replace

import pytest

from planner.answers import Cluster, Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.export.commands import script
from planner.export.derive import (
    Choices,
    launch_of,
    launch_of_cluster,
    launch_of_design,
    offline_environment,
    stages_environment,
)
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import SEVENTY, chat_request
from tests.planner.export.conftest import Launches
from tests.planner.export.questions import QUESTIONS


def test_a_context_that_the_cache_cannot_hold_is_shortened_and_said(catalogs: Catalogs) -> None:
    design, _ = one_design(QUESTIONS["dense"].deployment, catalogs)
    launch = launch_of_design(design, max_sequences=64, kv_tokens=100_000)
    assert launch.context == 79_872
    assert any("context: 79872 tokens" in text for text in launch.assumptions)
    assert launch_of_design(design, max_sequences=64, kv_tokens=300_000).context == 131_072


def test_a_context_is_as_long_as_the_longest_request_where_that_fits(catalogs: Catalogs) -> None:
    design, _ = one_design(QUESTIONS["dense"].deployment, catalogs)
    launch = launch_of_design(design, max_sequences=64, kv_tokens=10_000, choices=Choices(longest=9000.0))
    assert launch.context == 9000
    launch = launch_of_design(design, max_sequences=64, kv_tokens=10_000, choices=Choices(longest=20_000.0))
    assert launch.context == 9500
    assert any("beyond the context are refused" in text for text in launch.assumptions)


def test_a_stated_context_is_kept(launches: Launches) -> None:
    assert launches("eager, short").context == 8192


def test_what_a_user_names_is_started_instead(catalogs: Catalogs, coefficients: Coefficients) -> None:
    from tests.planner.export.questions import launch

    found = launch("dense, awq made", catalogs, coefficients, Choices("me/mine", "abc", port=9000))
    assert (found.checkpoint.name, found.checkpoint.revision, found.checkpoint.how) == ("me/mine", "abc", "stored")
    assert found.port == 9000
    assert not any("revision" in text for text in found.assumptions)


def test_an_air_gapped_start_fetches_nothing() -> None:
    assert offline_environment("llama.cpp") == {}
    assert offline_environment("vllm")["HF_HUB_OFFLINE"] == "1"


def test_a_cluster_without_its_design_is_refused(context: Context) -> None:
    answer = explore(chat_request(scope={"gpus": ["H100"]}), context).answer
    assert isinstance(answer, Plan)
    launch = launch_of_cluster(answer.cluster)
    assert launch.replicas == answer.cluster.replicas
    assert launch.all_sequences == answer.cluster.replica.max_sequences
    with pytest.raises(InputError, match="plan it again"):
        launch_of_cluster(Cluster.model_validate(answer.cluster.model_dump()))


def test_limits_are_divided_by_ranks(catalogs: Catalogs, launches: Launches) -> None:
    design, _ = one_design(QUESTIONS["experts, dp"].deployment, catalogs)
    launch = launch_of(design, max_sequences=510, kv_tokens=10**7, host=launches("experts, dp").host)
    assert launch.sequences == 128
    assert replace(launch, replicas=2).beside == 1


@pytest.mark.parametrize(
    ("engine", "name"), [("vllm", "VLLM_PP_LAYER_PARTITION"), ("sglang", "SGLANG_PP_LAYER_PARTITION")]
)
def test_layers_of_stages_and_of_the_host_are_in_the_start(catalogs: Catalogs, engine: str, name: str) -> None:
    settings = EngineSettings(memory=MemorySettings(stage_layers=(36, 44), cpu_offload_gib=2.5))
    d = Deployment(SEVENTY, "H100", engine=engine, split=Split(tp=2, pp=2), settings=settings)
    launch = launch_of_design(one_design(d, catalogs)[0], max_sequences=8, kv_tokens=100_000)
    assert launch.environment == {name: "36,44"}
    assert "--cpu-offload-gb 2.5" in script(launch)
    assert f"{name}=36,44" in script(launch)


def test_an_engine_that_deals_layers_evenly_says_so() -> None:
    assert stages_environment("vllm", (80,), 1) == stages_environment("tgi", (20, 20), 4) == {}
    with pytest.raises(InputError, match="stage_layers: tgi deals its layers evenly"):
        stages_environment("tgi", (20, 20), 2)
