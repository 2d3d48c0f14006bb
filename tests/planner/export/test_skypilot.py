from __future__ import annotations

from dataclasses import replace

import pytest

from planner.export.skypilot import skypilot
from tests.planner.export import checks
from tests.planner.export.checking import check_programs
from tests.planner.export.conftest import Launches


def test_a_task_asks_for_the_machine_of_the_plan(launches: Launches) -> None:
    launch = launches("dense, tp")
    host = replace(
        launch.host, provider="aws", instance_type="p5.48xlarge", region="us-east-1", gpus=4, commitment="spot"
    )
    [found] = checks.documents(skypilot(replace(launch, host=host, replicas=2, rate_per_s=8.0, quiet_share=0.3)))
    assert found["resources"] == {
        "accelerators": {"H100": 4}, "cloud": "aws", "region": "us-east-1", "instance_type": "p5.48xlarge",
        "use_spot": True, "ports": 8000, "image_id": "docker:vllm/vllm-openai:v0.33.0",
    }  # fmt: skip
    policy = found["service"]["replica_policy"]
    assert policy == {"min_replicas": 1, "max_replicas": 4, "target_qps_per_replica": 4.0}


def test_a_program_is_started_where_the_image_has_it(launches: Launches) -> None:
    text = skypilot(launches("llama.cpp"))
    check_programs(text)
    with pytest.raises(AssertionError):
        check_programs(text.replace("/app/llama-server", "llama-server"))


def test_machines_of_a_replica_find_the_first(launches: Launches) -> None:
    [found] = checks.documents(skypilot(launches("dense, two machines")))
    assert found["num_nodes"] == 2
    assert "SKYPILOT_NODE_IPS" in found["run"]
    assert '--master-addr "$LEADER"' in found["run"]


def test_what_it_does_not_know_is_said(launches: Launches) -> None:
    launch = launches("dense")
    text = skypilot(replace(launch, host=replace(launch.host, provider="packet-ai", gpu_id="new", gpu="New")))
    assert "SkyPilot knows no cloud by the name of packet-ai" in text
    assert "how SkyPilot calls New is not known" in text
    assert "was not seen in SkyPilot" in skypilot(launches("amd"))
    assert "look up that it exists" in text


def test_a_cloud_that_means_another_card_by_a_name_gets_its_own(launches: Launches) -> None:
    launch = launches("dense, tp")
    [found] = checks.documents(skypilot(replace(launch, host=replace(launch.host, provider="runpod", gpus=4))))
    assert found["resources"]["accelerators"] == {"H100-SXM": 4}
