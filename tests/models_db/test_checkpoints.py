from __future__ import annotations

import json
from pathlib import Path

import pytest

from models_db.catalog import ModelCatalog
from models_db.checkpoints import is_converted, stated_format, stored
from models_db.quantization_loss import loss
from planner.errors import ModelError
from tests.models_db.configs import DENSE_CONFIG

MODELS = ModelCatalog()


@pytest.mark.parametrize(
    ("name", "record", "fmt", "made_from"),
    [
        ("nvidia/Qwen3.6-27B-NVFP4", "Qwen/Qwen3.5-27B", "nvfp4", "bf16"),
        ("Qwen/Qwen3-8B-AWQ", "Qwen/Qwen3-8B", "awq_int4_g128", "bf16"),
        ("Qwen/Qwen3-30B-A3B-FP8", "Qwen/Qwen3-30B-A3B", "fp8_block", "bf16"),
        ("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "meta-llama/Llama-3.3-70B-Instruct", "fp8", "bf16"),
        ("unsloth/Llama-3.1-8B-Instruct-bnb-4bit", "meta-llama/Llama-3.1-8B", "bnb_nf4", "bf16"),
        ("Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4", "Qwen/Qwen2.5-7B", "gptq_int4_g128", "bf16"),
        ("Qwen/Qwen2.5-7B-Instruct-GPTQ-Int8", "Qwen/Qwen2.5-7B", "int8_weight_only", "bf16"),
        ("neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", "meta-llama/Llama-3.1-8B", "gptq_int4_g128", "bf16"),
        ("RedHatAI/Qwen3-32B-quantized.w8a8", "Qwen/Qwen3-32B", "int8", "bf16"),
        ("amd/Llama-3.3-70B-Instruct-MXFP4-Preview", "meta-llama/Llama-3.3-70B-Instruct", "mxfp4_all", "bf16"),
        ("nvidia/DeepSeek-R1-0528-FP4", "deepseek-ai/DeepSeek-R1", "nvfp4", "fp8_block"),
        ("bartowski/Llama-3.3-70B-Instruct-GGUF:IQ3_M", "meta-llama/Llama-3.3-70B-Instruct", "gguf_iq3_m", "bf16"),
        ("unsloth/Qwen3-8B-GGUF:UD-Q4_K_XL", "Qwen/Qwen3-8B", "gguf_q4_k_m", "bf16"),
        ("someone/Qwen3-8B-GGUF", "Qwen/Qwen3-8B", "gguf_q4_k_m", "bf16"),
        ("unsloth/gpt-oss-20b-BF16", "openai/gpt-oss-20b", "bf16", "mxfp4"),
        # What says nothing else than the record, and weights that were trained for a format but are wide.
        ("openai/gpt-oss-120b-MXFP4", "openai/gpt-oss-120b", "mxfp4", None),
        ("ggml-org/gpt-oss-120b-GGUF", "openai/gpt-oss-120b", "mxfp4", None),
        ("someone/DeepSeek-V3-FP8", "deepseek-ai/DeepSeek-V3", "fp8_block", None),
        ("google/gemma-3-27b-it-qat-q4_0-unquantized", "google/gemma-3-27b-it", "bf16", None),
        ("unsloth/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B", "bf16", None),
        # A record that was quantized by another maker than its model's: the plain name is of what it was made from.
        ("google/gemma-4-31B-it", "nvidia/Gemma-4-31B-IT-NVFP4", "bf16", None),
        ("someone/gemma-4-31B-it-AWQ", "nvidia/Gemma-4-31B-IT-NVFP4", "awq_int4_g128", "bf16"),
    ],
)
def test_a_name_without_a_record_has_the_format_that_it_says(
    name: str, record: str, fmt: str, made_from: str | None
) -> None:
    found = MODELS.find(name)
    native = found.model.native
    assert (found.model.id, native.format, native.made_from) == (record, fmt, made_from)
    assert name in (found.note or "")
    if made_from is not None:
        assert found.model.checkpoint == name
        assert "from the name; no record of its own" in (found.note or "")


def test_a_record_of_its_own_is_not_read_by_its_name() -> None:
    for name in ("nvidia/Qwen3.6-35B-A3B-NVFP4", "zai-org/GLM-5-FP8", "deepseek-ai/DeepSeek-V3"):
        assert MODELS.find(name).note is None
        assert MODELS.find(name).model == MODELS.match(name).model  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "said"),
    [("turboderp/Llama-3.1-8B-Instruct-exl2", "exl2"), ("ISTA-DASLab/Meta-Llama-3-8B-AQLM-2Bit", "aqlm"),
     ("foo/Bar-13B-AWQ", "nearest"), ("someone/my-qwen-7b-tune-AWQ", "nearest")],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(name: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        MODELS.find(name)
    assert "\n" not in str(caught.value)


def test_the_loss_of_a_checkpoint_is_against_the_one_that_it_was_made_from() -> None:
    base, awq = MODELS.find("Qwen/Qwen3-8B").model, MODELS.find("Qwen/Qwen3-8B-AWQ").model
    of_base, own = (loss(m, "awq_int4_g128", name="Qwen/Qwen3-8B").weights for m in (base, awq))
    assert own == of_base
    assert own.kind != "native"
    assert loss(awq, "bf16").weights.loss_pct == 0.0


def test_other_formats_are_not_made_from_a_converted_checkpoint() -> None:
    awq, wide = MODELS.find("Qwen/Qwen3-8B-AWQ").model, MODELS.find("unsloth/gpt-oss-20b-BF16").model
    assert is_converted(awq)
    assert not is_converted(wide)
    assert stated_format("gptq_int4_g32", awq).id == "gptq_int4_g32"
    assert stated_format("fp8", wide).id == "fp8"
    with pytest.raises(ModelError, match="is stored in awq_int4_g128; fp8 is made from Qwen/Qwen3-8B"):
        stated_format("fp8", awq)


def test_the_record_itself_stands_where_the_name_says_nothing_else() -> None:
    model = MODELS.match("Qwen/Qwen3-8B").model  # type: ignore[union-attr]
    assert stored("someone/Qwen3-8B-tuned", model) is model


def test_a_file_has_the_shapes_of_its_record_and_its_own_format(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(DENSE_CONFIG))
    plain = MODELS.find(str(path)).model
    path.write_text(
        json.dumps(DENSE_CONFIG | {"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128}})
    )
    awq = ModelCatalog().find(str(path)).model
    assert (plain.id, plain.native.made_from) == (awq.id, None)
    assert (awq.native.format, awq.native.made_from) == ("awq_int4_g128", plain.native.format)
