"""A model from a GGUF header: its metadata keys are read as the config they were converted from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models_db.checkpoints import mix_in
from models_db.formats import formats
from models_db.importers.config_json import from_config
from models_db.importers.gguf import GgufHeader, read_gguf
from models_db.schema import Model, Native
from planner.errors import ModelError

CLASSES = {
    "llama": "LlamaForCausalLM", "mistral3": "Ministral3ForCausalLM", "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM", "qwen2moe": "Qwen2MoeForCausalLM", "qwen3moe": "Qwen3MoeForCausalLM",
    "gemma2": "Gemma2ForCausalLM", "gemma3": "Gemma3ForCausalLM", "phi3": "Phi3ForCausalLM",
    "command-r": "CohereForCausalLM", "cohere2": "Cohere2ForCausalLM", "starcoder2": "Starcoder2ForCausalLM",
    "deepseek2": "DeepseekV3ForCausalLM", "glm4": "Glm4ForCausalLM", "glm4moe": "Glm4MoeForCausalLM",
    "gpt-oss": "GptOssForCausalLM", "olmo2": "Olmo2ForCausalLM", "exaone4": "Exaone4ForCausalLM",
    "granite": "GraniteForCausalLM", "smollm3": "SmolLM3ForCausalLM", "seed_oss": "SeedOssForCausalLM",
    "minimax-m2": "MiniMaxM2ForCausalLM", "ernie4_5": "Ernie4_5ForCausalLM",
}  # fmt: skip
# `general.file_type`: the mix by its number in llama.cpp (include/llama.h, llama_ftype); F32, F16 and BF16 are none.
FILE_TYPES = {
    2: "q4_0", 3: "q4_1", 7: "q8_0", 8: "q5_0", 9: "q5_1", 10: "q2_k", 11: "q3_k_s", 12: "q3_k_m", 13: "q3_k_l",
    14: "q4_k_s", 15: "q4_k_m", 16: "q5_k_s", 17: "q5_k_m", 18: "q6_k", 19: "iq2_xxs", 20: "iq2_xs", 21: "q2_k_s",
    22: "iq3_xs", 23: "iq3_xxs", 24: "iq1_s", 25: "iq4_nl", 26: "iq3_s", 27: "iq3_m", 28: "iq2_s", 29: "iq2_m",
    30: "iq4_xs", 31: "iq1_m", 38: "mxfp4",
}  # fmt: skip
# config key -> GGUF key after the architecture's name
KEYS = {
    "hidden_size": "embedding_length",
    "num_hidden_layers": "block_count",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "head_dim": "attention.key_length",
    "intermediate_size": "feed_forward_length",
    "max_position_embeddings": "context_length",
    "sliding_window": "attention.sliding_window",
    "num_experts": "expert_count",
    "num_experts_per_tok": "expert_used_count",
    "moe_intermediate_size": "expert_feed_forward_length",
    "shared_expert_intermediate_size": "expert_shared_feed_forward_length",
    "n_shared_experts": "expert_shared_count",
    "first_k_dense_replace": "leading_dense_block_count",
    "q_lora_rank": "attention.q_lora_rank",
    "kv_lora_rank": "attention.kv_lora_rank",
    "qk_rope_head_dim": "rope.dimension_count",
}


def model_from_gguf(path: Path, *, model_id: str | None, checked: str) -> tuple[Model, GgufHeader]:
    """The model of a GGUF file and its header; a class that is not known is named, never guessed."""
    header = read_gguf(path)
    arch = header.metadata.get("general.architecture")
    if not isinstance(arch, str):
        raise ModelError(f"{path}: general.architecture: missing key")
    if arch not in CLASSES:
        raise ModelError(f"{path}: general.architecture: {arch[:40]!r} is not known")
    config = _config(header, arch)
    name = model_id or str(header.metadata.get("general.name") or path.stem)[:200]
    model = from_config(config, model_id=name, source=path.name, checked=checked)
    return _as_stored(model, header, path.name), header


def _as_stored(model: Model, header: GgufHeader, name: str) -> Model:
    """The model in the mix that the file states, else that of its name; as it is where neither has a record."""
    number = header.metadata.get("general.file_type")
    mix = FILE_TYPES.get(number) if isinstance(number, int) else mix_in(name.lower())
    known = {fmt.gguf.lower(): fmt for fmt in formats().values() if fmt.gguf is not None}
    if mix not in known:
        return model
    return model.model_copy(update={"native": Native(format=known[mix].id, made_from=model.native.format)})


def _config(header: GgufHeader, arch: str) -> dict[str, Any]:
    meta = header.metadata
    config: dict[str, Any] = {"architectures": [CLASSES[arch]], "model_type": arch}
    for key, suffix in KEYS.items():
        value = meta.get(f"{arch}.{suffix}")
        if value is not None and value != 0:
            config[key] = value
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    vocab = shapes.get("token_embd.weight")
    if vocab is None or len(vocab) != 2:
        raise ModelError("token_embd.weight: missing tensor")
    config["vocab_size"] = vocab[1]
    config["tie_word_embeddings"] = "output.weight" not in shapes
    config["attention_bias"] = "blk.0.attn_q.bias" in shapes
    if arch == "llama" and config.get("num_experts"):
        config["architectures"] = ["MixtralForCausalLM"]
    if "kv_lora_rank" in config:
        _latent(config, meta, arch)
    return config


def _latent(config: dict[str, Any], meta: dict[str, Any], arch: str) -> None:
    """Latent attention: newer files state the expanded widths as `*_length_mla`."""
    key = meta.get(f"{arch}.attention.key_length_mla") or meta.get(f"{arch}.attention.key_length")
    value = meta.get(f"{arch}.attention.value_length_mla") or meta.get(f"{arch}.attention.value_length")
    rope = config.get("qk_rope_head_dim")
    if not isinstance(key, int) or not isinstance(value, int) or not isinstance(rope, int):
        raise ModelError(f"{arch}.attention.key_length: missing key")
    config["qk_nope_head_dim"] = key - rope
    config["v_head_dim"] = value
    config.pop("head_dim", None)
