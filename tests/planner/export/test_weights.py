from __future__ import annotations

import shlex

import pytest

from models_db.formats import find_format, formats
from planner.catalogs import Catalogs
from planner.export.weights import checkpoint_of, path_of, ways
from planner.physics.engines import find_engine
from tests.planner.export.questions import EIGHT


def loaded(catalogs: Catalogs, model: str, fmt: str, engine: str = "vllm") -> object:
    return checkpoint_of(catalogs.models.find(model).model, find_format(fmt), find_engine(engine))


def test_the_checkpoint_that_was_asked_for_is_started_as_it_is(catalogs: Catalogs) -> None:
    model = catalogs.models.find("Qwen/Qwen2.5-7B-Instruct-AWQ").model
    found = checkpoint_of(model, find_format(model.native.format), find_engine("vllm"))
    assert (found.name, found.how, found.quantization) == ("Qwen/Qwen2.5-7B-Instruct-AWQ", "stored", None)


def test_what_an_engine_converts_as_it_loads_needs_no_other_checkpoint(catalogs: Catalogs) -> None:
    model = catalogs.models.find(EIGHT).model
    for engine, word in (("vllm", "fp8"), ("sglang", "fp8"), ("tensorrt-llm", None)):
        found = checkpoint_of(model, find_format("fp8"), find_engine(engine))
        assert found.quantization == word
        assert (found.name == EIGHT) == (word is not None)


def test_sixteen_bits_of_another_kind_are_a_type(catalogs: Catalogs) -> None:
    found = checkpoint_of(catalogs.models.find(EIGHT).model, find_format("fp16"), find_engine("vllm"))
    assert (found.name, found.dtype, found.how) == (EIGHT, "float16", "stored")


@pytest.mark.parametrize("fmt", [fmt for fmt in formats() if fmt not in ("fp32", "bf16", "fp16")])
def test_every_format_is_stored_converted_or_made_by_a_public_tool(catalogs: Catalogs, fmt: str) -> None:
    found = checkpoint_of(catalogs.models.find(EIGHT).model, find_format(fmt), find_engine("vllm"))
    assert found.how in ("on_load", "made")
    if found.how == "made":
        assert found.name.startswith("models/meta-llama/Llama-3.1-8B-Instruct-")
        programs = {shlex.split(line)[0] for line in found.make}
        assert programs <= {"python3", "hf", "llama-quantize", "mlx_lm.convert"}
        assert any(found.name in line for line in found.make)


def test_a_program_of_the_tool_compiles() -> None:
    from planner.export.weights import _oneshot

    for way in ways().values():
        if way.tool == "llm-compressor":
            compile(_oneshot("a'b\"c", way, "models/x"), "made", "exec")


def test_a_gguf_repository_is_named_with_its_mix_once(catalogs: Catalogs) -> None:
    for name in ("unsloth/Qwen3-8B-GGUF", "unsloth/Qwen3-8B-GGUF:Q4_K_M"):
        model = catalogs.models.find(name).model
        found = checkpoint_of(model, find_format("gguf_q4_k_m"), find_engine("llama.cpp"))
        assert (found.name, found.repository) == ("unsloth/Qwen3-8B-GGUF:Q4_K_M", True)


def test_a_path_stays_below_its_folder() -> None:
    assert path_of("../../etc/pass wd") == "etc/pass-wd"
    assert path_of("///") == "model"
