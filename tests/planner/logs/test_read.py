"""One reader for logs of every engine, whatever is in them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.logs.read import read_log, read_log_file
from tests.consistency.drawn import TORTURE, at_random
from tests.planner.logs.samples import ALL, LLAMACPP, V1
from tests.torture.bent import bent

ENGINES = {
    "v0": "vllm", "v1": "vllm", "newest": "vllm", "sglang": "sglang", "hybrid": "sglang", "windows": "sglang",
    "trtllm": "tensorrt-llm", "trt": "tensorrt-llm", "llamacpp": "llama.cpp",
}  # fmt: skip


def outcome(text: str) -> str:
    """What the reader says: an engine, or one printable line. Anything else fails."""
    try:
        found = read_log(text)
    except InputError as error:
        return str(error) if str(error).isprintable() else ""
    return str(json.loads(found.model_dump_json())["engine"])


@pytest.mark.parametrize("name", ALL)
def test_the_engine_is_told_by_what_is_in_the_log(name: str) -> None:
    found = read_log(ALL[name])
    assert found.engine == ENGINES[name]
    assert found.figures.stated


@pytest.mark.parametrize("text", ["", "hello\nworld", "0" * 1000, "vLLM is great", "\0\0\0", "load_tensors:"])
def test_what_is_no_start_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match=r"^log: ") as caught:
        read_log(text)
    assert str(caught.value).isprintable()


def test_lines_of_containers_and_of_colours_are_read_alike() -> None:
    wrapped = "\n".join(json.dumps({"log": line + "\n", "stream": "stderr"}) for line in V1.splitlines())
    coloured = "\n".join(f"\x1b[1;36m{line}\x1b[0m" for line in V1.splitlines())
    assert read_log(wrapped).figures == read_log(V1).figures == read_log(coloured).figures


def test_ollama_is_told_from_what_it_runs() -> None:
    assert read_log('time=2026 msg="server config" env="map[OLLAMA_DEBUG:0]"\n' + LLAMACPP).engine == "ollama"


@pytest.mark.parametrize("name", ALL)
def test_a_log_cut_anywhere_is_read_or_refused(name: str) -> None:
    text = ALL[name]
    for end in range(0, len(text), 7 if TORTURE else 29):
        assert outcome(text[:end])


@pytest.mark.parametrize("name", ALL)
def test_a_bent_log_is_read_or_refused(name: str) -> None:
    rng = random.Random(name)
    for _ in range(60):
        text = bent(ALL[name].encode(), rng).decode("utf-8", errors="replace")
        assert outcome(text)


@given(
    name=st.sampled_from(sorted(ALL)),
    number=st.one_of(st.integers(-(10**30), 10**30).map(str), st.floats().map(str), st.text(max_size=20)),
    place=st.integers(0, 60),
)
@at_random(40, 120)
def test_any_figure_in_any_place_is_read_or_left_out(name: str, number: str, place: int) -> None:
    words = ALL[name].split(" ")
    words[place * 3 % len(words)] = number
    try:
        stated = read_log(" ".join(words)).figures.stated
    except InputError:
        return
    assert all(abs(value) <= 1e12 for value in stated.values())


def test_files_are_read_whatever_their_letters_and_named_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    path.write_bytes(b"\xff\xfe\n" + V1.encode("utf-8"))
    assert read_log_file(path).engine == "vllm"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"server\.log: no line of a start"):
        read_log_file(path)


def test_public_logs_are_read(shared: Path) -> None:
    paths = sorted((shared / "cases" / "benchmarks").glob("*_log_*.log"))
    assert len(paths) > 10
    for path in paths:
        found = read_log_file(path)
        assert path.name.startswith({"llama.cpp": "llama", "tensorrt-llm": "trtllm"}.get(found.engine, found.engine))
        assert found.figures.stated, path
