from __future__ import annotations

import shlex

import pytest

from models_db.formats import find_format
from models_db.stored import stored_bytes
from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.offline import at_home, offline_start
from planner.planner import Planner
from planner.request.request import OWNED
from tests.planner.conftest import chat_request

SCOPE = {"gpus": ["L40S", "H100 NVL"], "formats": ["fp8"]}


def planned(context: Context, **scope: object) -> Plan:
    request = chat_request(model="meta-llama/Llama-3.1-8B-Instruct", scope={**SCOPE, **scope}, sla={})
    answer = at_home(explore(request, context).answer, request, context.catalogs.hardware)
    assert isinstance(answer, Plan)
    return answer


def test_an_air_gapped_plan_says_what_to_carry_in_and_starts_without_a_hub(context: Context) -> None:
    answer = planned(context, air_gapped=True)
    start = answer.offline
    assert start is not None
    design = answer.cluster.design
    assert design is not None
    assert start.weights_disk_bytes == round(stored_bytes(design.model, find_format("fp8")))
    assert start.environment["HF_HUB_OFFLINE"] == "1"
    words = shlex.split(start.command[-1])
    assert {"HF_HUB_OFFLINE=1", "TRANSFORMERS_OFFLINE=1", "vllm", "serve"} <= set(words)
    assert words.index("HF_HUB_OFFLINE=1") < words.index("vllm")
    assert any("GiB" in text for text in start.carry_in)
    assert answer.cluster.machine.provider == answer.cluster.machine.commitment == OWNED


def test_on_premises_alone_may_load_from_a_hub(context: Context) -> None:
    answer = planned(context, on_premises=True)
    assert answer.offline is None
    assert answer.energy is not None
    assert any("dollars of machines to buy" in text for text in answer.assumptions)


def test_a_rented_plan_has_neither(context: Context) -> None:
    answer = planned(context)
    assert (answer.offline, answer.energy) == (None, None)


def test_an_engine_that_reads_a_file_needs_no_variables(context: Context) -> None:
    answer = planned(context, air_gapped=True, engines=["llama.cpp"], formats=[])
    assert answer.offline is not None
    assert answer.offline.environment == {}
    assert answer.offline.command[-1].startswith("llama-server")


def test_the_planner_says_it_too(catalogs: Catalogs, coefficients: Coefficients) -> None:
    planner = Planner(catalogs=catalogs, coefficients=coefficients)
    request = chat_request(model="meta-llama/Llama-3.1-8B-Instruct", scope={**SCOPE, "air_gapped": True}, sla={})
    answer = planner.plan(request, verify=False)
    assert isinstance(answer, Plan)
    assert answer.offline == offline_start(answer.cluster)
    assert answer.wider == []


@pytest.mark.parametrize("place", ["on_premises", "air_gapped"])
def test_a_model_that_no_machine_to_buy_holds_is_infeasible(context: Context, place: str) -> None:
    scope = {"gpus": ["L40S"], "formats": ["bf16"], place: True}
    answer = explore(chat_request(model="meta-llama/Llama-3.1-405B-Instruct", scope=scope, sla={}), context).answer
    assert not isinstance(answer, Plan)
    assert answer.nearest_change
