from __future__ import annotations

import shlex

import pytest

from planner.answers import Plan
from planner.export.commands import deploy_command
from planner.plan.context import Context
from planner.plan.explore import explore
from tests.planner.conftest import chat_request

WIDTHS = {"vllm": "--tensor-parallel-size", "sglang": "--tp-size", "tensorrt-llm": "--tp_size"}


@pytest.mark.parametrize("engine", ["vllm", "sglang", "tensorrt-llm", "llama.cpp"])
def test_a_start_command_says_how_the_replica_was_planned(context: Context, engine: str) -> None:
    few = (
        {"formats": ["gguf_q4_k_m"], "max_gpus_per_replica": 2}
        if engine == "llama.cpp"
        else {"formats": ["bf16", "fp8"]}
    )
    scope = {"engines": [engine], "gpus": ["H100", "RTX 5090"], **few}
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


def test_settings_of_memory_are_in_the_start_command(context: Context) -> None:
    settings = {"prefix_caching": True, "capture_size": 64, "adapters": 2, "window_ratio": 0.25, "state_ratio": 0.5}
    for engine, flags in (
        ("vllm", ["--enable-prefix-caching", "--max-cudagraph-capture-size 64", "--max-loras 2"]),
        ("sglang", ["--cuda-graph-max-bs 64", "--swa-full-tokens-ratio 0.25", "--mamba-full-memory-ratio 0.5"]),
    ):
        asked = chat_request(scope={"engines": [engine], "gpus": ["H100"]}, sla={}, engine={"memory": settings})
        answer = explore(asked, context).answer
        assert isinstance(answer, Plan)
        command = deploy_command(answer.cluster)[-1]
        assert all(flag in command for flag in flags), command
