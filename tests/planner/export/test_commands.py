from __future__ import annotations

import shlex

import pytest

from planner.answers import Plan
from planner.export.commands import deploy_command
from planner.plan.context import Context
from planner.plan.explore import explore
from tests.planner.conftest import chat_request

WIDTHS = {"vllm": "--tensor-parallel-size", "sglang": "--tp", "tensorrt-llm": "--tp_size"}


@pytest.mark.parametrize("engine", ["vllm", "sglang", "tensorrt-llm", "llama.cpp"])
def test_a_start_command_says_how_the_replica_was_planned(context: Context, engine: str) -> None:
    scope = {"engines": [engine], "gpus": ["H100", "RTX 5090"]}
    answer = explore(chat_request(scope=scope, sla={}), context).answer
    assert isinstance(answer, Plan)
    *notes, command = deploy_command(answer.cluster)
    words = shlex.split(command)
    r = answer.cluster.replica
    assert all(note.startswith("#") for note in notes)
    assert str(r.max_sequences) in words
    assert any(r.model.rpartition("/")[2] in word for word in words)


@pytest.mark.parametrize("engine", sorted(WIDTHS))
def test_a_start_command_has_the_width_of_the_replica(context: Context, engine: str) -> None:
    scope = {"engines": [engine], "gpus": ["H100"], "formats": ["bf16"]}
    answer = explore(chat_request(scope=scope, sla={"tpot_p95_s": 0.03}), context).answer
    assert isinstance(answer, Plan)
    r = answer.cluster.replica
    words = shlex.split(deploy_command(answer.cluster)[-1])
    assert r.tp > 1
    assert words[words.index(WIDTHS[engine]) + 1] == str(r.tp * (1 if engine == "vllm" else r.dp))
