from __future__ import annotations

import pytest

from models_db.importers.families import wrapped
from models_db.importers.keys import Keys
from planner.errors import ModelError


def test_a_language_model_inside_gets_the_defaults_of_its_class() -> None:
    top = Keys({"text_config": {"model_type": "llama", "vocab_size": 32064}, "tie_word_embeddings": False})
    name, keys = wrapped.language(top, "LlavaForConditionalGeneration")
    assert name == "LlamaForCausalLM"
    assert (keys.count("hidden_size"), keys.count("vocab_size")) == (4096, 32064)


def test_the_versions_of_minicpm_v_are_built_on_other_models() -> None:
    assert wrapped.language(Keys({"version": 2.6}), "MiniCPMV")[0] == "Qwen2ForCausalLM"
    assert wrapped.language(Keys({"version": 4.0}), "MiniCPMV")[0] == "LlamaForCausalLM"
    with pytest.raises(ModelError, match="version"):
        wrapped.language(Keys({"version": 9}), "MiniCPMV")


def test_what_is_not_known_inside_is_named() -> None:
    with pytest.raises(ModelError, match="model_type"):
        wrapped.language(Keys({"text_config": {"model_type": "brand-new"}}), "InternVLChatModel")


def test_a_model_without_latent_attention_is_a_plain_one() -> None:
    text = {"use_mla": False, "v_head_dim": 0, "qk_nope_head_dim": 0, "hidden_size": 1280}
    name, keys = wrapped.language(Keys({"language_config": text}), "DeepseekOCRForCausalLM")
    assert name == "DeepseekForCausalLM"
    assert "v_head_dim" not in keys
