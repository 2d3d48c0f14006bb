from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.request.reading import parse_request


def test_limits_on_the_cluster_are_lifted_and_changed_without_the_others() -> None:
    data = {"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 1.0}, "limits": {"max_gpus": 4, "spare_replicas": 1}}
    asked = parse_request(data)
    assert asked.limits.most == {"max_gpus": 4}
    assert asked.unlimited.limits.most == {}
    assert asked.unlimited.limits.spare_replicas == 1
    assert asked.limited_to({"max_gpus": 9.5}).limits.most == {"max_gpus": 9.5}


@pytest.mark.parametrize("limits", [{"max_gpus": 0}, {"max_usd_per_hour": float("nan")}, {"spare_replicas": -1}])
def test_limits_that_nothing_can_keep_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(InputError, match="limits"):
        parse_request({"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 1.0}, "limits": limits})
