"""Classes whose language model is another class's, inside a config of several parts.

A config that was written by transformers leaves out what equals the default of its class; DEFAULTS has those that
checkpoints rely on. Source: transformers, configuration_llama.py, configuration_qwen2.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models_db.importers.keys import Keys
from planner.errors import ModelError

# Outer class -> class of its language model; absent text means the one that the language model's own config names.
INNER: Mapping[str, str | None] = {
    "Lfm2VlForConditionalGeneration": "Lfm2ForCausalLM",
    "PaddleOCRVLForConditionalGeneration": "Ernie4_5ForCausalLM",
    "Qwen2AudioForConditionalGeneration": "Qwen2ForCausalLM",
    "Qwen2_5OmniModel": "Qwen2ForCausalLM",
    "Qwen2_5OmniForConditionalGeneration": "Qwen2ForCausalLM",
    "Qwen3ASRForConditionalGeneration": "Qwen3ForCausalLM",
    "Qwen3OmniMoeForConditionalGeneration": "Qwen3MoeForCausalLM",
    "Ernie4_5_VLMoeForConditionalGeneration": "Ernie4_5_MoeForCausalLM",
    "DeepseekOCRForCausalLM": "DeepseekV2ForCausalLM",
    "DeepseekVLV2ForCausalLM": "DeepseekV2ForCausalLM",
    "MultiModalityCausalLM": "LlamaForCausalLM",
    "LlavaForConditionalGeneration": None,
    "LlavaNextForConditionalGeneration": None,
    "InternVLChatModel": None,
    "InternVLForConditionalGeneration": None,
    "LocateAnythingForConditionalGeneration": None,
    "KimiVLForConditionalGeneration": "DeepseekV3ForCausalLM",
    "VoxtralForConditionalGeneration": "LlamaForCausalLM",
    "Glm4vForConditionalGeneration": "Glm4ForCausalLM",
    "Glm4vMoeForConditionalGeneration": "Glm4MoeForCausalLM",
    "GlmOcrForConditionalGeneration": "Glm4ForCausalLM",
    "MiniCPMV4_6ForConditionalGeneration": "Qwen3_5ForConditionalGeneration",
    "Exaone4_5_ForConditionalGeneration": "Exaone4ForCausalLM",
    "Phi3VForCausalLM": "Phi3ForCausalLM",
    "DeepseekV41ForCausalLM": "DeepseekV41ForCausalLM",
    "Glm5NextForConditionalGeneration": "Glm5NextForCausalLM",
    "Idefics3ForConditionalGeneration": "LlamaForCausalLM",
    "SmolVLMForConditionalGeneration": "LlamaForCausalLM",
}
# Where a config names no class, by its `model_type`.
OUTER: Mapping[str, str] = {
    "multi_modality": "MultiModalityCausalLM",
    "deepseek_vl_v2": "DeepseekVLV2ForCausalLM",
    "mpnet": "MPNetModel",
    "xlm-roberta": "XLMRobertaModel",
    "bert": "BertModel",
    "roberta": "RobertaModel",
}
# The language models that MiniCPM-V is built on, by its version.
MINICPM_V: Mapping[str, str] = {
    "2.5": "LlamaForCausalLM",
    "2.6": "Qwen2ForCausalLM",
    "4": "LlamaForCausalLM",
    "4.0": "LlamaForCausalLM",
    "4.5": "Qwen3ForCausalLM",
}
BY_TYPE: Mapping[str, str] = {
    "llama": "LlamaForCausalLM",
    "mistral": "MistralForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
    "qwen3_moe": "Qwen3MoeForCausalLM",
    "gpt_oss": "GptOssForCausalLM",
}
LLAMA = {
    "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
    "vocab_size": 32000, "max_position_embeddings": 2048, "tie_word_embeddings": False,
}  # fmt: skip
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "LlamaForCausalLM": LLAMA,
    "MistralForCausalLM": LLAMA | {"intermediate_size": 14336, "num_key_value_heads": 8},
    "Qwen2ForCausalLM": LLAMA | {"intermediate_size": 22016, "vocab_size": 151936, "max_position_embeddings": 32768},
    "DeepseekV2ForCausalLM": {"tie_word_embeddings": False},
}
# Widths of latent attention, which a model without it states as zero.
LATENT = ("v_head_dim", "qk_nope_head_dim", "qk_rope_head_dim", "kv_lora_rank", "q_lora_rank")
PAIRS = (
    "moe_intermediate_size",
    "moe_num_experts",
    "moe_layer_start_index",
    "moe_layer_end_index",
    "moe_layer_interval",
)
INSIDE = ("text_config", "llm_config", "language_config")


def is_wrapped(name: str) -> bool:
    return name in INNER or name == "MiniCPMV"


def language(top: Keys, name: str) -> tuple[str, Keys]:
    """The class of the language model of a config of several parts, and its keys with the defaults of that class."""
    holder = top.sub("thinker_config") if "thinker_config" in top else top
    key = next((key for key in INSIDE if key in holder), None)
    inner = holder.sub(key) if key else holder
    shared = {k: h.raw(k) for h in (top, holder) for k in ("tie_word_embeddings", "model_type") if k in h}
    own = {k: inner.raw(k) for k in inner.names() if k in inner}
    found = _class(top, inner, name)
    filled = DEFAULTS.get(found, {}) if key else {}
    if found == "Ernie4_5_MoeForCausalLM":
        # Lists hold what text runs through, then what images do.
        own |= {k: own[k][0] for k in PAIRS if isinstance(own.get(k), list) and own[k]}
    plain = found == "DeepseekV2ForCausalLM" and inner.raw("use_mla") is False
    if plain:
        found, own = "DeepseekForCausalLM", {k: v for k, v in own.items() if k not in LATENT}
    return found, Keys(dict(filled) | shared | own, inner.path)


def _class(top: Keys, inner: Keys, name: str) -> str:
    if name == "MiniCPMV":
        version = str(top.raw("version"))[:8]
        if version not in MINICPM_V:
            raise ModelError(f"version: MiniCPM-V {version!r} is not known ({', '.join(MINICPM_V)})")
        return MINICPM_V[version]
    known = INNER[name]
    if known is not None:
        return known
    stated = inner.raw("architectures")
    if isinstance(stated, list) and stated and isinstance(stated[0], str):
        return stated[0][:120]
    kind = inner.text("model_type", "")
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    raise ModelError(f"{inner.path or name}.model_type: {kind[:40]!r} is not known, and no class is named")
