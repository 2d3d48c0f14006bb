"""Largest items of encoders whose images are cut or scaled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models_db.importers.families.profiles import encoder_of
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.schema import Encoder
from planner.catalogs import Catalogs

PARTS = Parts(hidden=32, vocab=10, tied=False, layers=())
V = {"hidden_size": 8, "num_hidden_layers": 2, "intermediate_size": 16, "patch_size": 14, "spatial_merge_size": 2}
GLM = {"hidden_size": 8, "depth": 2, "intermediate_size": 99, "patch_size": 14, "out_hidden_size": 24}
SAM = {"width": {"sam_vit_b": {"width": 8, "layers": 2}}}
ASR = {
    "d_model": 8, "encoder_layers": 2, "encoder_ffn_dim": 16, "output_dim": 24, "num_mel_bins": 128,
    "downsample_hidden_size": 26,
}  # fmt: skip
# Class, configuration, tokens of the largest item, patches or frames of one, as the engine's own arithmetic has them.
ITEMS: list[tuple[str, dict[str, Any], int, int]] = [
    ("Glm4vForConditionalGeneration", {"vision_config": GLM}, 78 * 78, 4),
    ("GlmOcrForConditionalGeneration", {"vision_config": GLM}, 78 * 78, 4),
    ("Ernie4_5_VLMoeForConditionalGeneration", {"vision_config": V}, 78 * 78, 4),
    ("PaddleOCRVLForConditionalGeneration", {"vision_config": V}, 60 * 60, 4),
    ("MiniCPMV", {"vision_config": V, "query_num": 64}, 16 * 64, 16),
    ("KimiVLForConditionalGeneration", {"vision_config": V}, 33 * 33, 4),
    ("DeepseekOCRForCausalLM", {"vision_config": SAM}, 16 * 17 + 20 * 21 + 1, 15),
    ("DeepseekVLV2ForCausalLM", {"vision_config": {"width": 8, "layers": 2},
                                 "candidate_resolutions": [[384, 3456], [3456, 384], [1152, 1152]]},
     14 * 15 + 9 * 14 * 15 + 1, 3),
    ("Lfm2VlForConditionalGeneration", {"vision_config": V, "max_image_tokens": 128}, 128, 4),
    ("Phi3VForCausalLM", {}, 17 * 144 + 1 + 17 * 12, 4),
    ("Qwen3ASRForConditionalGeneration", {"thinker_config": {"audio_config": ASR}}, 390, 1),
]  # fmt: skip


def found(name: str, config: dict[str, Any]) -> Encoder:
    encoder = encoder_of(Keys(config), name, PARTS)
    assert encoder is not None
    return encoder


@pytest.mark.parametrize(("name", "config", "tokens", "positions"), ITEMS)
def test_the_largest_item_is_the_engine_s(name: str, config: dict[str, Any], tokens: int, positions: int) -> None:
    encoder = found(name, config)
    assert (encoder.item_tokens, encoder.positions) == (tokens, positions)


def test_blocks_of_glm_are_as_wide_as_their_output_and_those_of_its_reader_as_stated() -> None:
    config = {"vision_config": GLM}
    assert found("Glm4vForConditionalGeneration", config).intermediate == 24
    assert found("GlmOcrForConditionalGeneration", config).intermediate == 99
    assert found("Glm4vForConditionalGeneration", config).input_width == 3 * 2 * 14 * 14


def test_the_first_convolution_of_sound_is_the_widest() -> None:
    encoder = found("Qwen3ASRForConditionalGeneration", {"thinker_config": {"audio_config": ASR}})
    assert encoder.input_width == 2 * 26 * 64 * 50 // 13
    assert encoder.takes == ("audio",)


def test_records_are_as_the_files_of_their_models(shared: Path, catalogs: Catalogs) -> None:
    compared = 0
    for model in catalogs.models.all():
        path = shared / "facts" / "configs_2" / f"{model.id.replace('/', '__')}.json"
        if model.encoder is None or not path.exists():
            continue
        config = json.loads(path.read_text(encoding="utf-8"))
        parts = Parts(hidden=model.hidden, vocab=model.vocab, tied=False, layers=())
        assert encoder_of(Keys(config), model.architecture, parts) == model.encoder, model.id
        compared += 1
    assert compared > 10
