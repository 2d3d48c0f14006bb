"""Shapes of encoders, as engines profile them."""

from __future__ import annotations

from typing import Any

import pytest

from models_db.importers.families.profiles import encoder_of
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from planner.catalogs import Catalogs
from planner.request.memory import KINDS

PARTS = Parts(hidden=32, vocab=10, tied=False, layers=())
SIGLIP = {"hidden_size": 8, "num_hidden_layers": 1, "patch_size": 2, "image_size": 8, "intermediate_size": 16}
QWEN = {
    "hidden_size": 8, "depth": 2, "intermediate_size": 16, "patch_size": 4, "spatial_merge_size": 2,
    "temporal_patch_size": 2, "out_hidden_size": 32, "deepstack_visual_indexes": [0, 1],
}  # fmt: skip
WHISPER = {"d_model": 8, "encoder_layers": 2, "encoder_ffn_dim": 32, "num_mel_bins": 16, "max_source_positions": 100}


def shape(name: str, config: dict[str, Any]) -> tuple[int, int, int, int, int] | None:
    """Item tokens, positions a token, width, input and output."""
    e = encoder_of(Keys(config), name, PARTS)
    return e and (e.item_tokens, e.positions, e.width, e.input_width, e.output_width)


def test_patches_of_an_image_are_pooled_into_its_tokens() -> None:
    config = {"vision_config": SIGLIP, "mm_tokens_per_image": 4}
    assert shape("Gemma3ForConditionalGeneration", config) == (4, 16 // 4, 8, 3 * 2 * 2, 32)


def test_every_row_of_a_pixtral_image_ends_with_a_token() -> None:
    config = {"vision_config": SIGLIP, "spatial_merge_size": 2}
    assert shape("Mistral3ForConditionalGeneration", config) == (2 * 3, 4, 8, 12, 32)


def test_levels_that_are_handed_on_count_as_output() -> None:
    assert shape("Qwen3VLForConditionalGeneration", {"vision_config": QWEN}) == (16_384, 4, 8, 3 * 2 * 16, 3 * 32)


def test_frames_of_sound_are_pooled() -> None:
    assert shape("WhisperForConditionalGeneration", WHISPER) == (100, 1, 8, 32, 32)
    assert shape("Qwen2AudioForConditionalGeneration", {"audio_config": WHISPER}) == (50, 2, 8, 32, 32)


def test_a_model_that_hears_takes_sound_too() -> None:
    config = {"thinker_config": {"vision_config": QWEN, "audio_config": WHISPER}}
    found = encoder_of(Keys(config), "Qwen3OmniMoeForConditionalGeneration", PARTS)
    assert found is not None
    assert found.takes == KINDS


@pytest.mark.parametrize("name", ["Gemma3ForCausalLM", "LlamaForCausalLM", "BrandNewForConditionalGeneration"])
def test_text_alone_and_unknown_classes_have_none(name: str) -> None:
    assert shape(name, {}) is None


def test_records_have_the_encoder_of_their_class(catalogs: Catalogs) -> None:
    tokens = {
        "google/gemma-3-27b-it": 256, "Qwen/Qwen2-VL-7B-Instruct": 16_384, "Qwen/Qwen3-VL-8B-Instruct": 16_384,
        "openai/whisper-large-v3": 1500, "Qwen/Qwen2-Audio-7B-Instruct": 750, "meta-llama/Llama-3.1-8B": None,
    }  # fmt: skip
    found = {name: catalogs.models.find(name).model.encoder for name in tokens}
    assert {name: encoder and encoder.item_tokens for name, encoder in found.items()} == tokens
