from __future__ import annotations

import shlex

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.export.commands import deploy_command
from planner.plan.explore import explore
from tests.planner.conftest import chat_request


@pytest.mark.parametrize("engine", ["vllm", "sglang", "tensorrt-llm", "llama.cpp"])
def test_a_start_command_says_how_the_replica_was_planned(catalogs: Catalogs, engine: str) -> None:
    answer = explore(chat_request(scope={"engines": [engine], "gpus": ["H100", "RTX 5090"]}, sla={}), catalogs).answer
    assert isinstance(answer, Plan)
    *notes, command = deploy_command(answer.cluster)
    words = shlex.split(command)
    r = answer.cluster.replica
    assert all(note.startswith("#") for note in notes)
    assert str(r.max_sequences) in words
    assert (str(r.tp * r.dp) in words) or r.tp * r.dp == 1 or engine == "llama.cpp"
    assert any(r.model.rpartition("/")[2] in word for word in words)
