from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.export.reading.manifest import manifest_of, started_in

COMPOSE = """
services:
  web: {image: nginx}
  llm:
    image: vllm/vllm-openai:latest
    environment: [CUDA_VISIBLE_DEVICES=0]
    command: >
      --model Qwen/Qwen3-8B
      --max-model-len 8192 --api-key $$KEY
"""
POD = """
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: x
    image: lmsysorg/sglang:v1
    command: [sh, -c]
    args: ["python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B --tp 2"]
"""


def test_a_service_is_found_by_its_image() -> None:
    found = started_in(manifest_of(COMPOSE))
    assert found.spelling.id == "vllm"
    assert found.words == ("--model", "Qwen/Qwen3-8B", "--max-model-len", "8192", "--api-key", "$KEY")
    assert found.environment == {"CUDA_VISIBLE_DEVICES": "0"}


def test_a_container_may_start_a_shell() -> None:
    found = started_in(manifest_of(POD))
    assert (found.spelling.id, found.words) == ("sglang", ("--model-path", "Qwen/Qwen3-8B", "--tp", "2"))


def test_what_is_a_manifest() -> None:
    assert manifest_of(COMPOSE)
    assert manifest_of(POD)
    for text in ("vllm serve a", "command: > --model a", "", "a: b", "- x", "{", "\t"):
        assert not manifest_of(text)


def test_a_manifest_without_an_engine_is_refused() -> None:
    with pytest.raises(InputError, match="no container that starts a known engine"):
        started_in(manifest_of("kind: Pod\nspec: {containers: [{image: nginx, args: [x]}]}"))


def test_aliases_are_counted_as_often_as_they_stand() -> None:
    """Each level holds the one below nine times: 9^12 tables, if each were followed."""
    lines = ["a0: &a0 {image: nginx}"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 13)]
    with pytest.raises(InputError, match="more than 50,000 nodes"):
        manifest_of("\n".join(["kind: x", *lines]))


def test_no_tag_of_python_is_acted_on() -> None:
    assert manifest_of("kind: !!python/object/apply:os.system ['true']") == [{"kind": ["true"]}]


@pytest.mark.parametrize("env", ["5", "text", "[1, [2], {a: b}]", "{a: [b]}"])
def test_an_environment_of_another_shape_is_none(env: str) -> None:
    found = started_in(manifest_of(f"services: {{a: {{image: vllm/vllm-openai, command: [--model, a], env: {env}}}}}"))
    assert found.words == ("--model", "a")


def test_texts_of_all_tasks_share_one_bound() -> None:
    doubled = "A=xxxxxxxx;" + "A=$A$A;" * 14
    with pytest.raises(InputError, match="expand to more than"):
        started_in(manifest_of("kind: x\na:\n" + f'- run: "{doubled}"\n' * 20))
