from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_db.catalog import ModelCatalog
from models_db.checkpoints import is_converted, listed_checkpoints, stated_format, stored
from models_db.formats import find_format, weight_bits
from models_db.importers.config_json import read_config
from models_db.matrices import matrices
from models_db.quantization_loss import loss
from planner.errors import ModelError
from planner.physics.split import Split
from planner.physics.weights import weights_bytes
from tests.consistency.drawn import at_random
from tests.models_db.configs import DENSE_CONFIG

MODELS = ModelCatalog()


@pytest.mark.parametrize(
    ("name", "record", "fmt", "made_from"),
    [
        ("nvidia/Qwen3.8-27B-NVFP4", "Qwen/Qwen3.5-27B", "nvfp4", "bf16"),
        ("Qwen/Qwen3-8B-AWQ", "Qwen/Qwen3-8B", "awq_int4_g128", "bf16"),
        ("Qwen/Qwen3-14B-FP8", "Qwen/Qwen3-14B", "fp8_block", "bf16"),
        ("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "meta-llama/Llama-3.3-70B-Instruct", "fp8_channel", "bf16"),
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
        ("ggml-org/gpt-oss-120b-GGUF", "openai/gpt-oss-120b", "gguf_mxfp4", "mxfp4"),
        ("gpt-oss-20b-GGUF:mxfp4", "openai/gpt-oss-20b", "gguf_mxfp4", "mxfp4"),
        ("unsloth/gpt-oss-20b-BF16", "openai/gpt-oss-20b", "bf16", "mxfp4"),
        # What says nothing else than the record, and weights that were trained for a format but are wide.
        ("openai/gpt-oss-120b-MXFP4", "openai/gpt-oss-120b", "mxfp4", None),
        ("unsloth/gpt-oss-120b-GGUF:F16", "openai/gpt-oss-120b", "mxfp4", None),
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


def wide(name: str) -> set[str]:
    """Matrices of a checkpoint that stay in 16 bit beside the head, the embedding and routers."""
    return {share.matrix for share in MODELS.find(name).model.native.mix if share.format == "bf16" and share.part == 1}


ATTENTION = {"q_proj", "kv_proj", "o_proj"}
LINEAR = {"in_proj", "out_proj"}


@pytest.mark.parametrize(
    ("name", "fmt", "kept"),
    [
        ("RedHatAI/Qwen3-14B-FP8-dynamic", "fp8_channel", set()),
        ("RedHatAI/Llama-3.3-70B-Instruct-FP8", "fp8", set()),
        ("someone/Qwen3-30B-A3B-FP8-BLOCK", "fp8_block", set()),
        ("RedHatAI/Llama-4-Scout-17B-16E-Instruct-quantized.w4a16", "gptq_int4_g128",
         ATTENTION | {"shared_up", "shared_down"}),
        ("nvidia/Qwen3.5-35B-A3B-NVFP4", "nvfp4", ATTENTION | LINEAR | {"shared_up", "shared_down"}),
        ("RedHatAI/Qwen3.6-35B-A3B-NVFP4", "nvfp4", LINEAR),
        ("Qwen/Qwen3.5-35B-A3B-GPTQ-Int4", "gptq_int4_g128", ATTENTION | LINEAR | {"shared_up", "shared_down"}),
        ("someone/Qwen3.6-27B-AWQ", "awq_int4_g128", set()),
        ("amd/DeepSeek-R1-0528-MXFP4", "mxfp4_all", {"q_a_proj", "q_b_proj", "kv_a_proj", "kv_b_proj", "o_proj"}),
        ("amd/Llama-3.3-70B-Instruct-MXFP4", "mxfp4_all", set()),
        ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4", "nvfp4", ATTENTION | {"latent_in", "latent_out"}),
        ("mlx-community/Qwen3-8B-4bit", "mlx_4bit_g64", set()),
        ("mlx-community/Qwen3-30B-A3B-6bit", "mlx_6bit_g64", set()),
        ("turboderp/Qwen3-8B-exl3-4.0bpw", "exl3_4bpw", set()),
    ],
)  # fmt: skip
def test_a_maker_leaves_out_what_its_recipe_says(name: str, fmt: str, kept: set[str]) -> None:
    found = MODELS.find(name)
    assert found.model.native.format == fmt
    assert wide(name) == kept
    assert "by the recipe of" in (found.note or "")


def test_bits_between_two_whole_ones_are_shared_out() -> None:
    native = MODELS.find("turboderp/Qwen3-8B-exl3-3.5bpw").model.native
    shares = {share.format: share.part for share in native.mix if share.matrix == "down_proj"}
    assert shares == {"exl3_3bpw": 0.5, "exl3_4bpw": 0.5}
    model = MODELS.find("turboderp/Qwen3-8B-exl3-3.5bpw").model
    head = next(matrix for matrix in matrices(model) if matrix.role == "head")
    assert 6 <= weight_bits(find_format(native.format), head, model) < 6.1


def test_a_checkpoint_whose_files_were_read_is_stored_as_they_say() -> None:
    found = MODELS.find("nvidia/Qwen3.6-27B-NVFP4")
    native = found.model.native
    assert (found.model.id, native.format, native.kv, native.made_from) == ("Qwen/Qwen3.5-27B", "nvfp4", "fp8", "bf16")
    assert {share.format for share in native.mix if share.matrix == "q_proj"} == {"fp8"}
    assert "as its files say" in (found.note or "")


def test_every_listed_checkpoint_has_a_base_and_formats_with_records() -> None:
    for entry in listed_checkpoints().values():
        assert entry.base in MODELS.index
        assert all(find_format(name) for name in (entry.format, *(share.format for share in entry.mix)))


def test_listed_checkpoints_are_as_their_files_in_the_shared_facts(shared: Path) -> None:
    folder = shared / "facts" / "configs_2"
    compared = 0
    for entry in {entry.id: entry for entry in listed_checkpoints().values()}.values():
        stem = entry.id.replace("/", "__")
        if not (folder / f"{stem}.json").is_file():
            continue
        extra = folder / "hf_quant" / f"{stem}.hf_quant_config.json"
        quantization = extra if extra.is_file() else None
        native = read_config(folder / f"{stem}.json", checked="2026-11-29", quantization=quantization).native
        assert (native.format, native.kv) == (entry.format, entry.kv)
        rounded = {(s.matrix, s.format): round(s.part, 6) for s in native.mix}
        assert rounded == {(s.matrix, s.format): round(s.part, 6) for s in entry.mix}
        compared += 1
    assert compared >= 15


# Weights of start-up logs, where the recipe decides: the log, its tensor ranks, its figure.
# [measured/memory.csv: neuralmagic/Meta-Llama-3-8B-Instruct-FP8; nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4;
#  hugging-quants/Meta-Llama-3.1-405B-Instruct-AWQ-INT4]
@pytest.mark.parametrize(
    ("name", "tp", "gib"),
    [
        ("neuralmagic/Meta-Llama-3-8B-Instruct-FP8", 1, 8.4596),
        ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4", 1, 18.21),
        ("hugging-quants/Meta-Llama-3.1-405B-Instruct-AWQ-INT4", 4, 51.1453),
    ],
)
def test_weights_of_named_checkpoints_are_those_of_their_logs(name: str, tp: int, gib: float) -> None:
    model = MODELS.find(name).model
    got = weights_bytes(model, find_format(model.native.format), Split(tp=tp)) / 2**30
    assert got == pytest.approx(gib, rel=0.01)


WORDS = [
    "nvidia/", "RedHatAI/", "Qwen3-8B", "DeepSeek-R1", "-", ".", "exl3", "mlx", "9bit", "4bit", "0bpw", "NVFP4",
    "Q4_K_M", "3.25bpw", "FP8", "dynamic", "AWQ", "g32", "w4a16", "MXFP4", "GGUF", "²bit",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(WORDS), max_size=8).map("".join)


@at_random(100, 400)
@given(name=NAMES, base=st.sampled_from(["Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-R1", "Qwen/Qwen3.5-35B-A3B"]))
def test_any_name_is_a_format_with_a_record_or_one_line(name: str, base: str) -> None:
    message = ""
    try:
        model, _ = stored(name, MODELS.find(base).model)
    except ModelError as error:
        message = str(error)
    else:
        fmt = find_format(model.native.format)
        assert all(0 < weight_bits(fmt, matrix, model) <= 32 for matrix in matrices(model))
    assert "\n" not in message


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
    assert stored("someone/Qwen3-8B-tuned", model) == (model, None)


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
