from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.export.line import Variable, places
from planner.export.pods import container, escaped, name_of, node_selector, nodes_said, pod_spec
from tests.planner.export.conftest import Launches


def test_a_container_asks_for_the_gpus_of_its_make(launches: Launches) -> None:
    for name, resource in (("dense, tp", "nvidia.com/gpu"), ("amd", "amd.com/gpu")):
        launch = launches(name)
        made = container(launch, places(launch)[0])
        assert made["resources"]["limits"] == {resource: str(launch.gpus)}
        assert made["startupProbe"]["httpGet"]["path"] == "/health"


def test_machines_are_chosen_by_labels_that_can_be_labels(launches: Launches) -> None:
    launch = launches("dense")
    rented = replace(launch.host, provider="aws", instance_type="p5.48xlarge", region="us-east-1")
    assert node_selector(replace(launch, host=rented)) == {
        "node.kubernetes.io/instance-type": "p5.48xlarge", "topology.kubernetes.io/region": "us-east-1",
    }  # fmt: skip
    assert "what the price list of aws calls the machine" in " ".join(nodes_said(replace(launch, host=rented)))
    odd = replace(rented, instance_type="1x L40S", region="any")
    assert node_selector(replace(launch, host=odd)) == {}
    assert any("no label" in text for text in nodes_said(replace(launch, host=odd)))
    assert node_selector(launch) == {}


def test_a_checkpoint_of_ones_own_lies_in_a_claim(launches: Launches) -> None:
    launch = launches("dense, awq made")
    spec = pod_spec(launch, [container(launch, places(launch)[0])])
    assert {"name": "models", "persistentVolumeClaim": {"claimName": "models", "readOnly": True}} in spec["volumes"]
    assert "needs the claim `models`" in nodes_said(launch)[-1]


def test_two_dollars_are_one_in_a_container() -> None:
    assert escaped("$(x) $y") == "$$(x) $$y"
    assert escaped(Variable("X")) == "$(X)"


def test_a_chip_that_is_in_no_container_is_refused(launches: Launches) -> None:
    launch = replace(launches("dense"), host=replace(launches("dense").host, generation="apple"))
    with pytest.raises(InputError, match="in no container"):
        container(launch, places(launch)[0])
    assert name_of(launch) == "llama-3-1-8b-instruct"
