from __future__ import annotations

import time

import pytest

from planner.errors import InputError
from planner.export.reading.lexer import commands
from planner.export.reading.line import engine_of_image, first_started, started
from tests.consistency.drawn import all_or


@pytest.mark.parametrize(
    ("text", "engine", "first"),
    [
        ("vllm serve a/b -tp 2", "vllm", "a/b"),
        ("/opt/venv/bin/vllm serve a/b", "vllm", "a/b"),
        ("X=0,1 nohup python -m vllm.entrypoints.openai.api_server --model a/b &", "vllm", "--model"),
        ("sudo docker run --gpus all -p 8000:8000 -e A=b --ipc=host vllm/vllm-openai:v1 a/b --x", "vllm", "a/b"),
        ("python3 -m sglang.launch_server --model-path a/b", "sglang", "--model-path"),
        ("sglang serve --model-path a/b", "sglang", "--model-path"),
        ("trtllm-serve serve a/b --tp_size 2", "tensorrt-llm", "a/b"),
        ("./build/bin/llama-server -m x.gguf", "llama.cpp", "-m"),
        ("text-generation-launcher --model-id a/b", "tgi", "--model-id"),
        ("bash -c 'export X=1; vllm serve a/b'", "vllm", "a/b"),
        ("command: > --model a/b --gpu-memory-utilization 0.9", "vllm", "--model"),
        ("srun -N 2 bash -lc \"vllm serve a/b\"", "vllm", "a/b"),
    ],
)  # fmt: skip
def test_an_engine_is_found_however_it_is_started(text: str, engine: str, first: str) -> None:
    found = started(text)
    assert (found.spelling.id, found.words[0]) == (engine, first)


def test_variables_that_the_text_sets_are_used_and_others_stay() -> None:
    found = started("export MODEL=a/b\nTP=4\nvllm serve $MODEL -tp ${TP} --port $PORT --seed ${SEED:-1}")
    assert found.words == ("a/b", "-tp", "4", "--port", "$PORT", "--seed", "1")
    assert started("docker run -e X=1 vllm/vllm-openai a/b").environment["X"] == "1"


def test_a_file_that_is_written_before_is_kept() -> None:
    found = started("printf %s '{\"a\": 1}' > /tmp/x.yaml && trtllm-serve a/b --config /tmp/x.yaml")
    assert found.files == {"/tmp/x.yaml": '{"a": 1}'}


@pytest.mark.parametrize("text", ["ls -la", "", "--foo --bar", "docker run ubuntu ls", "vllm bench serve --model x"])
def test_a_text_that_starts_no_engine_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no engine is started there"):
        started(text)


def test_images_are_known_by_their_names() -> None:
    found = engine_of_image("nvcr.io/nvidia/tensorrt-llm/release:1.2")
    assert found is not None
    assert found.id == "tensorrt-llm"
    assert engine_of_image("ubuntu") is None
    assert first_started(commands("vllm serve a")).found


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ('X=\'sh -c "$X"\'\nsh -c "$X"', "more than 16 shells"),
        ("A=" + "x" * 16 + "\nA=$A$A" * 26 + "\nvllm serve a", "expand to more than"),
        ("X='" + "sh -c : ; " * 10_000 + "'\n" + 'sh -c "$X"\n' * 10, "expand to more than"),
        ("-a " * 10_001, "more than 10,000 words"),
    ],
    ids=["calls", "doubled", "many", "words"],
)
def test_what_passes_a_bound_names_it(text: str, limit: str) -> None:
    with pytest.raises(InputError, match=limit):
        started(text)


# Each took quadratic time once: minutes at this length.
LONG = {
    "comments": "#\n" * 200_000, "lines": "\n" * 200_000, "words": "vllm serve a " + "b " * 200_000,
    "assignments": "A=1 " * 100_000 + "vllm serve a", "defaults": 'vllm serve "' + "${A:-" * 100_000 + '"',
    "drives": "vllm serve a C:" + "\\a" * 200_000,
    "escapes": "vllm serve " + "\\a" * 200_000, "flags": "vllm serve a " + " ".join(f"--ab{i}" for i in range(50_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", all_or(["comments", "words", "drives", "escapes"], LONG))
def test_long_texts_take_linear_time(name: str) -> None:
    began = time.process_time()
    if name in ("comments", "lines"):
        with pytest.raises(InputError, match="no engine"):
            started(LONG[name])
    else:
        assert started(LONG[name]).found
    assert time.process_time() - began < 5.0
