"""Every public config in the shared facts is imported, with the count that its repository states."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from models_db.formats import find_format, shares_of
from models_db.importers.any import read_any
from models_db.importers.config_json import from_config, read_config
from models_db.matrices import matrices, total_params
from models_db.schema import Model
from tests.models_db.conftest import LLAMA

TODAY = "2026-11-29"
# Counts that a config cannot say, and why they differ.
BESIDE = {
    # The listing counts the indices of positions, which are no weights.
    "intfloat/multilingual-e5-large": 514,
    # Stored once more as the head, which the config says is tied.
    "PaddlePaddle/PaddleOCR-VL": 103424 * 1024,
    "nvidia/LocateAnything-3B-AutoRound": 152681 * 2048,
    # The FP32 scales of blocks of 128x128 are counted as elements.
    "nvidia/DeepSeek-V3.1-NVFP4": 41_540_496,
    # The vocoder, of which the config states no shapes that can be counted.
    "Qwen/Qwen3-Omni-30B-A3B-Instruct": 216_016_577,
    # The listing has no layer for multi-token prediction, which the config states.
    "nvidia/NVIDIA-Nemotron-3.5-Lightning-30B-A3B-NVFP4": -1_335_325_824,
    # The listing has 228,940,288 elements less than these shapes; its model card says 4B.
    "openbmb/MiniCPM3-4B": -228_940_288,
}


def stored(model: Model) -> int:
    """Elements of the checkpoint: those of the model and those that are left out of it."""
    return total_params(model) + sum(part.params or 0 for part in model.left_out)


def test_every_config_of_the_second_set_has_the_count_of_its_repository(shared: Path) -> None:
    with (shared / "facts" / "models_2.csv").open() as handle:
        published = {row["hf_id"]: int(row["total_params"]) for row in csv.DictReader(handle)}
    paths = sorted((shared / "facts" / "configs_2").glob("*.json"))
    assert len(paths) >= 75
    models = {model.id: model for model in (read_config(path, checked=TODAY) for path in paths)}
    gaps = {name: count - stored(models[name]) for name, count in published.items()}
    assert {name: gap for name, gap in gaps.items() if gap} == BESIDE


def elements_on_disk(model: Model, *, scales: bool = True) -> int:
    """Elements of the tensors as a checkpoint stores them: two FP4 values in one, scales as elements of their own."""
    fmt, total = find_format(model.native.format), float(total_params(model))
    for matrix in matrices(model):
        own = [(fmt.id, 1.0)] if fmt.covers(model, matrix) else []
        for name, part in [(share.format, share.part) for share in shares_of(fmt, matrix, model)] or own:
            values = part * matrix.elements
            of_channels = part * matrix.rows * matrix.copies * matrix.experts
            total -= values / 2 if name == "nvfp4" else 0
            found = {"nvfp4": values / 16, "fp8_block": values / 128**2, "fp8_channel": of_channels}
            total += found.get(name, 0) if scales else 0
    return round(total)


# Element counts of the repositories themselves, packed types as stored: the shares of each format are exact.
@pytest.mark.parametrize(
    ("name", "count", "scales", "beside"),
    [
        ("Qwen/Qwen3-30B-A3B-FP8", 30_533_947_392, True, False),
        ("Qwen/Qwen3-32B-FP8", 32_764_027_904, True, False),
        ("ibm-granite/granite-3.3-8b-instruct-FP8", 8_172_462_080, True, False),
        ("nvidia/Qwen3-235B-A22B-NVFP4", 132_806_618_624, True, False),
        ("nvidia/DeepSeek-V3.1-NVFP4", 393_632_819_968, True, True),
        ("nvidia/DeepSeek-V3.2-NVFP4", 394_498_304_256, True, True),
        ("nvidia/Qwen3.5-122B-A10B-NVFP4", 64_580_759_280, False, False),
        ("nvidia/Qwen3.6-27B-NVFP4", 18_164_649_200, False, False),
    ],
)
def test_a_mix_has_the_elements_that_its_repository_states(
    shared: Path, name: str, count: int, *, scales: bool, beside: bool
) -> None:
    model = read_quantized(shared, name)
    left_out = sum(part.params or 0 for part in model.left_out) if beside else 0
    assert elements_on_disk(model, scales=scales) + left_out == count


def read_quantized(shared: Path, name: str) -> Model:
    folder, stem = shared / "facts" / "configs_2", name.replace("/", "__")
    extra = folder / "hf_quant" / f"{stem}.hf_quant_config.json"
    return read_config(folder / f"{stem}.json", checked=TODAY, quantization=extra if extra.is_file() else None)


def test_a_quantization_file_beside_a_config_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(LLAMA))
    scheme = {"quantization": {"quant_algo": "FP8", "kv_cache_quant_algo": "FP8", "exclude_modules": ["lm_head"]}}
    (tmp_path / "hf_quant_config.json").write_text(json.dumps(scheme))
    found = read_any(tmp_path).model
    assert found is not None
    assert (found.native.format, found.native.kv) == ("fp8", "fp8")


def test_parts_that_are_left_out_are_named_and_counted(shared: Path) -> None:
    folder = shared / "facts" / "configs_2"
    omni = read_config(folder / "Qwen__Qwen3-Omni-30B-A3B-Instruct.json", checked=TODAY)
    assert [(part.name, part.params) for part in omni.left_out] == [("talker", 3_324_596_480), ("code2wav", None)]
    flash = read_config(folder / "zai-org__GLM-4.7-Flash.json", checked=TODAY)
    assert flash.mtp_params + sum(p.params or 0 for p in flash.left_out if "routers" in p.name) == 1_278_097_600


# [RWKV-7, arXiv 2503.14456, table of models]
@pytest.mark.parametrize(
    ("layers", "width", "count"),
    [(12, 768, 191_034_624), (24, 1024, 450_767_872), (24, 2048, 1_527_404_544), (32, 2560, 2_947_735_040)],
)
def test_rwkv7_has_the_published_counts(layers: int, width: int, count: int) -> None:
    config = {"architectures": ["RWKV7ForCausalLM"], "hidden_size": width, "num_hidden_layers": layers,
              "vocab_size": 65536, "tie_word_embeddings": False}  # fmt: skip
    assert total_params(from_config(config, model_id="x/y", source="t", checked=TODAY)) == count


@pytest.mark.parametrize(
    ("config", "count"),
    [
        # [tiiuae/falcon-mamba-7b]
        ({"architectures": ["FalconMambaForCausalLM"], "hidden_size": 4096, "intermediate_size": 8192,
          "num_hidden_layers": 64, "time_step_rank": 256, "vocab_size": 65024, "tie_word_embeddings": False},
         7_272_665_088),
        # [state-spaces/mamba-2.8b-hf]
        ({"architectures": ["MambaForCausalLM"], "hidden_size": 2560, "num_hidden_layers": 64, "vocab_size": 50280},
         2_768_345_600),
    ],
)  # fmt: skip
def test_mamba_has_the_published_counts(config: dict[str, object], count: int) -> None:
    assert total_params(from_config(config, model_id="x/y", source="t", checked=TODAY)) == count
