"""Parameter counts of vision towers; a tower that cannot be counted is named in the notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models_db.importers.families import audio, towers
from models_db.importers.families.towers import block
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts


@dataclass(frozen=True, slots=True)
class Tower:
    params: int = 0
    notes: list[str] = field(default_factory=list)


def params(top: Keys, name: str, parts: Parts) -> Tower:
    """Of the towers for images and for sound."""
    holder = top.sub("thinker_config") if "thinker_config" in top else top
    seen, heard = _seen(holder, name, parts), _heard(holder, name, parts)
    return Tower(seen.params + heard.params, seen.notes + heard.notes)


def _seen(holder: Keys, name: str, parts: Parts) -> Tower:
    key = next((key for key in ("vision_config", "img_processor") if key in holder), None)
    if key is None:
        return Tower()
    counter = COUNTERS.get(name.removesuffix("ForConditionalGeneration").removesuffix("ForCausalLM"))
    if counter is None:
        return Tower(notes=[f"vision tower of {name} left out of the count"])
    return Tower(counter(holder, holder.sub(key), parts), ["vision tower counted"])


def _heard(holder: Keys, name: str, parts: Parts) -> Tower:
    if "audio_config" not in holder:
        return Tower()
    counter = audio.COUNTERS.get(name)
    if counter is None:
        return Tower(notes=[f"audio tower of {name} left out of the count"])
    return Tower(counter(holder.sub("audio_config"), parts.hidden), ["audio tower counted"])


def siglip(top: Keys, v: Keys, parts: Parts) -> int:
    h, n = v.count("hidden_size"), v.layers("num_hidden_layers")
    patch = v.count("patch_size")
    patches = (v.count("image_size") // patch) ** 2
    embed = 3 * patch * patch * h + h + patches * h
    projector = h * parts.hidden + h
    return embed + n * block(h, v.count("intermediate_size"), bias=True, norms=4) + 2 * h + projector


def pixtral(top: Keys, v: Keys, parts: Parts) -> int:
    h, n = v.count("hidden_size"), v.layers("num_hidden_layers")
    patch, merge = v.count("patch_size"), top.count("spatial_merge_size", default=2)
    embed = 3 * patch * patch * h + h
    blocks = n * block(h, v.count("intermediate_size"), bias=False, norms=2, gated=True)
    projector = h + h * merge * merge * h + h * parts.hidden + parts.hidden * parts.hidden
    return embed + blocks + projector


def qwen25(top: Keys, v: Keys, parts: Parts) -> int:
    h, n = v.count("hidden_size"), v.layers("depth")
    patch, merge = v.count("patch_size"), v.count("spatial_merge_size")
    embed = 3 * v.count("temporal_patch_size") * patch * patch * h
    blocks = n * block(h, v.count("intermediate_size"), bias=True, norms=2, gated=True)
    wide = merge * merge * h
    merger = h + wide * wide + wide + wide * v.count("out_hidden_size") + v.count("out_hidden_size")
    return embed + blocks + merger


def qwen3(top: Keys, v: Keys, parts: Parts) -> int:
    h, n = v.count("hidden_size"), v.layers("depth")
    patch, merge = v.count("patch_size"), v.count("spatial_merge_size")
    embed = 3 * v.count("temporal_patch_size") * patch * patch * h + h + v.count("num_position_embeddings") * h
    blocks = n * block(h, v.count("intermediate_size"), bias=True, norms=4)
    wide, out = merge * merge * h, v.count("out_hidden_size")
    linear = wide * wide + wide + wide * out + out
    deep = len(v.items_of("deepstack_visual_indexes")) if "deepstack_visual_indexes" in v else 0
    return embed + blocks + linear + 2 * h + deep * (linear + 2 * wide)


def llama4(top: Keys, v: Keys, parts: Parts) -> int:
    h, n = v.count("hidden_size"), v.layers("num_hidden_layers")
    patch = v.count("patch_size")
    patches = (v.count("image_size") // patch) ** 2 + 1
    embed = 3 * patch * patch * h + h + patches * h
    blocks = n * block(h, v.count("intermediate_size"), bias=True, norms=4)
    wide, out = v.count("projector_input_dim"), v.count("projector_output_dim")
    adapter = v.count("intermediate_size") * wide + wide * out
    return embed + blocks + 4 * h + adapter + v.count("vision_output_dim") * parts.hidden


def mllama(top: Keys, v: Keys, parts: Parts) -> int:
    h, width = v.count("hidden_size"), v.count("intermediate_size")
    patch = v.count("patch_size")
    patches = (v.count("image_size") // patch) ** 2 + 1
    tiles, ratios = v.count("max_num_tiles"), len(v.items_of("supported_aspect_ratios")) + 1
    block = 4 * h * h + 2 * h * width + width + h + 4 * h
    globals_ = v.layers("num_global_layers") * (block + 2)
    embed = 3 * patch * patch * h + h + patches * h + 1 + ratios * tiles * patches * h
    tile_embeddings = 2 * (ratios * tiles * h + 1)
    projector = v.count("vision_output_dim") * parts.hidden + parts.hidden
    return embed + tile_embeddings + v.layers("num_hidden_layers") * block + globals_ + 4 * h + projector


def gemma4(top: Keys, v: Keys, parts: Parts) -> int:
    h, n = v.count("hidden_size"), v.layers("num_hidden_layers")
    width, dim = v.count("intermediate_size"), v.count("head_dim")
    patch = v.count("patch_size")
    embed = 3 * patch * patch * h + 2 * v.count("position_embedding_size") * h
    blocks = n * (4 * h * h + 3 * h * width + 4 * h + 2 * dim)
    return embed + blocks + h * parts.hidden


COUNTERS: Mapping[str, Callable[[Keys, Keys, Parts], int]] = {
    "Gemma3": siglip,
    "Mistral3": pixtral,
    "Qwen2_5_VL": qwen25,
    "Qwen3VL": qwen3,
    "Qwen3VLMoe": qwen3,
    "Qwen3_5": qwen3,
    "Qwen3_5Moe": qwen3,
    "Llama4": llama4,
    "Mllama": mllama,
    "Gemma4": gemma4,
    "Qwen2_5Omni": qwen25,
    "Qwen2_5OmniModel": qwen25,
    "Qwen3OmniMoe": qwen3,
    **towers.COUNTERS,
}
