from __future__ import annotations

import json
import shlex

import pytest

from models_db.formats import find_format, formats, weight_bits
from models_db.matrices import matrices
from planner.catalogs import Catalogs
from planner.export.weights import checkpoint_of, ignored, path_of, ways
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


@pytest.mark.parametrize(
    ("name", "wide"),
    [
        (EIGHT, {"lm_head"}),
        ("Qwen/Qwen3-30B-A3B", {"re:.*mlp.gate$"}),
        ("Qwen/Qwen3-Next-80B-A3B-Instruct", {"re:.*mlp.gate$", "re:.*shared_expert_gate$"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fmt", ["int8", "fp8_channel", "fp8_block", "awq_int4_g128", "gptq_int4_g64"])
def test_a_recipe_leaves_wide_what_the_plan_counts_wide(
    catalogs: Catalogs, name: str, wide: set[str], fmt: str
) -> None:
    model, of = catalogs.models.find(name).model, find_format(fmt)
    [line] = checkpoint_of(model, of, find_engine("vllm")).make
    program = shlex.split(line)[2]
    assert wide <= set(ignored(model, of))
    assert all(json.dumps(pattern) in program for pattern in ignored(model, of))
    assert "re:.*linear_attn.*" not in ignored(model, of)
    routers = {weight_bits(of, matrix, model) for matrix in matrices(model) if matrix.role == "router"}
    assert routers == ({16} if "re:.*mlp.gate$" in wide else set())
