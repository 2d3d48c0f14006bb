"""Every public config in the shared facts is imported, with the count that its repository states."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models_db.importers.config_json import from_config, read_config
from models_db.matrices import total_params
from models_db.schema import Model

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
