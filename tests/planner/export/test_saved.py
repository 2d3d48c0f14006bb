from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.answers import Plan
from planner.errors import InputError
from planner.export.saved import plan_of, read_plan
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.planner import Planner
from tests.planner.conftest import chat_request


def planned(context: Context) -> Plan:
    request = chat_request(
        scope={"gpus": ["H200"]}, engine={"max_model_len": 16384, "speculation": "eagle:3"}, confidence=0.5
    )
    answer = explore(request, context).answer
    assert isinstance(answer, Plan)
    return answer


def test_a_saved_plan_starts_as_the_plan_does(context: Context, tmp_path: Path) -> None:
    plan = planned(context)
    path = tmp_path / "plan.json"
    path.write_text(plan.model_dump_json())
    saved, planner = read_plan(path), Planner(catalogs=context.catalogs)
    assert saved.request == plan.request
    for target in ("vllm", "kubernetes", "skypilot"):
        assert planner.export(saved, target) == planner.export(plan, target)


def test_a_plan_of_an_older_version_has_no_request(context: Context) -> None:
    data = json.loads(planned(context).model_dump_json())
    del data["request"]
    saved = plan_of(data)
    assert saved.request is None
    assert saved.deployment.settings.speculation is not None
    assert saved.deployment.settings.speculation.drafts == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "no plan"),
        ({"status": "infeasible", "cluster": None}, "cluster"),
        ({"status": "infeasible"}, "infeasible"),
        ({"cluster": {"machine": {}}}, "cluster.machine.provider"),
    ],
)
def test_what_is_no_plan_is_named(data: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        plan_of(data)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{" * 100_000)
    with pytest.raises(InputError, match="not valid JSON"):
        read_plan(path)
    path.write_text('{"cluster": {"machine": "' + "a" * 100 + '"}}')
    with pytest.raises(InputError, match=r"cluster\.machine"):
        read_plan(path)
