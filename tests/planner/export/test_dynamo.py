from __future__ import annotations

import json

import pytest

from planner.errors import InputError
from planner.export.dynamo import dynamo
from tests.planner.export import checks
from tests.planner.export.conftest import Launches
from tests.planner.export.test_vllm import flag


def worker(launches: Launches, name: str) -> dict[str, object]:
    [found] = checks.documents(dynamo(launches(name)))
    return next(each for each in found["spec"]["components"] if each["type"] == "worker")  # type: ignore[no-any-return]


def test_machines_of_a_replica_are_the_operators(launches: Launches) -> None:
    assert worker(launches, "dense, two machines")["multinode"] == {"nodeCount": 2}
    assert "multinode" not in worker(launches, "dense, tp")


def test_each_framework_has_its_own_arguments(launches: Launches) -> None:
    for name, program in (("hybrid", "dynamo.vllm"), ("sglang, dp", "dynamo.sglang"), ("trtllm", "dynamo.trtllm")):
        found = worker(launches, name)["podTemplate"]["spec"]["containers"][0]  # type: ignore[index]
        assert found["command"][2] == program
        assert launches(name).model in found["args"]
    overrides = json.loads(flag(found["args"], "--override-engine-args"))
    assert overrides["kv_cache_config"] == {"dtype": "fp8"}


def test_what_has_no_runtime_is_refused(launches: Launches) -> None:
    with pytest.raises(InputError, match="no runtime for vllm on MI300X"):
        dynamo(launches("amd"))
