"""Shapes of encoders of images and sound, as engines profile them at start.

The largest item is what the processor of a class makes of the largest image: where `config.json` does not state it, it
is the default of the `preprocessor_config.json` of the class (Qwen2-VL and 2.5-VL: 12,845,056 pixels, Qwen3-VL and
3.5: 16,777,216; Llama 4: 16 tiles and one; InternVL: 12 and one).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models_db.importers.families import crops
from models_db.importers.families.towers import side
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.schema import Encoder

QWEN_TOKENS = 16_384
# Pairs of frames of the longest video, each pair as large as an image (vLLM qwen2_vl.py, 14 frames at most).
QWEN_PAIRS = 7
TILES = 12
LLAMA4_TILES = 16


def encoder_of(top: Keys, name: str, parts: Parts) -> Encoder | None:
    """The encoder whose items have most tokens; None without one, or where the largest item is not known."""
    holder = top.sub("thinker_config") if "thinker_config" in top else top
    seen = SEEN.get(name.removesuffix("ForConditionalGeneration").removesuffix("ForCausalLM"))
    if seen is not None and "vision_config" in holder:
        found = seen(holder, holder.sub("vision_config"), parts)
        hears = "audio_config" in holder
        return found.model_copy(update={"takes": (*found.takes, "audio")}) if hears else found
    whole = crops.WHOLE.get(name)
    if whole is not None:
        return whole(top, parts)
    heard = HEARD.get(name)
    if heard is None:
        return None
    return heard(holder.sub("audio_config") if "audio_config" in holder else holder, parts)


def gemma3(top: Keys, v: Keys, parts: Parts) -> Encoder:
    tokens, patch = top.count("mm_tokens_per_image", default=256), v.count("patch_size")
    return Encoder(
        takes=("image",),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        item_tokens=tokens,
        positions=max(1, (v.count("image_size") // patch) ** 2 // tokens),
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def gemma4(top: Keys, v: Keys, parts: Parts) -> Encoder:
    return Encoder(
        takes=("image", "video"),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        gated=True,
        item_tokens=top.count("vision_soft_tokens_per_image", default=280),
        positions=v.count("pooling_kernel_size", default=3) ** 2,
        input_width=3 * v.count("patch_size") ** 2,
        output_width=parts.hidden,
    )


def pixtral(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """Every row of an image ends with a token of its own."""
    patch, merge = v.count("patch_size"), top.count("spatial_merge_size", default=2)
    rows = max(1, v.count("image_size") // (patch * merge))
    return Encoder(
        takes=("image",),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        gated=True,
        item_tokens=rows * (rows + 1),
        positions=merge * merge,
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def _qwen(v: Keys, *, width: int, intermediate: int, gated: bool, output: int, video: int = 0) -> Encoder:
    return Encoder(
        takes=("image", "video"),
        width=width,
        layers=v.layers("depth") if "depth" in v else 32,
        intermediate=intermediate,
        gated=gated,
        item_tokens=QWEN_TOKENS,
        positions=v.count("spatial_merge_size", default=2) ** 2,
        input_width=3 * v.count("temporal_patch_size", default=2) * v.count("patch_size", default=14) ** 2,
        output_width=output,
        video_items=video,
    )


def qwen2(top: Keys, v: Keys, parts: Parts) -> Encoder:
    width = v.count("embed_dim", default=1280)
    columns = v.count("mlp_ratio", default=4) * width
    return _qwen(v, width=width, intermediate=columns, gated=False, output=parts.hidden, video=QWEN_PAIRS)


def qwen25(top: Keys, v: Keys, parts: Parts) -> Encoder:
    columns, width, output = (v.count(name) for name in ("intermediate_size", "hidden_size", "out_hidden_size"))
    return _qwen(v, width=width, intermediate=columns, gated=True, output=output, video=QWEN_PAIRS)


def qwen3(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """Some layers hand on an output of their own (DeepStack)."""
    deep = len(v.items_of("deepstack_visual_indexes")) if "deepstack_visual_indexes" in v else 0
    columns, output = v.count("intermediate_size"), v.count("out_hidden_size") * (1 + deep)
    return _qwen(v, width=v.count("hidden_size"), intermediate=columns, gated=False, output=output)


def llama4(top: Keys, v: Keys, parts: Parts) -> Encoder:
    patch = v.count("patch_size")
    return Encoder(
        takes=("image",),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        item_tokens=max(1, (LLAMA4_TILES + 1) * (v.count("image_size") // patch) ** 2 // 4),
        positions=4,
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def mllama(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """Some layers' outputs stay until all are joined."""
    patch, width = v.count("patch_size"), v.count("hidden_size")
    return Encoder(
        takes=("image",),
        width=width,
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        item_tokens=v.count("max_num_tiles") * ((v.count("image_size") // patch) ** 2 + 1),
        positions=1,
        input_width=3 * patch * patch,
        kept_width=v.count("vision_output_dim") - width,
        output_width=parts.hidden,
    )


def internvl(top: Keys, v: Keys, parts: Parts) -> Encoder:
    patch, image = side(v, "patch_size"), side(v, "image_size")
    tiles = top.count("max_dynamic_patch", default=TILES) + 1
    return Encoder(
        takes=("image", "video"),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        item_tokens=max(1, tiles * (image // patch) ** 2 // 4),
        positions=4,
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def llava(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """CLIP ViT-L/14."""
    tokens = (v.count("image_size") // 14) ** 2
    return Encoder(
        takes=("image",),
        width=1024,
        layers=24,
        intermediate=4096,
        item_tokens=tokens,
        positions=1,
        input_width=3 * 14 * 14,
        output_width=parts.hidden,
    )


def _whisper(a: Keys, *, frames: int, output: int) -> Encoder:
    """`frames` of the encoder make a token; two of the spectrum make a frame."""
    positions = a.count("max_source_positions", default=1500)
    return Encoder(
        takes=("audio",),
        width=a.count("d_model", "hidden_size"),
        layers=a.layers("encoder_layers", "num_hidden_layers"),
        intermediate=a.count("encoder_ffn_dim", "intermediate_size"),
        item_tokens=max(1, positions // frames),
        positions=frames,
        input_width=2 * a.count("num_mel_bins", default=128),
        output_width=output,
    )


def whisper(a: Keys, parts: Parts) -> Encoder:
    return _whisper(a, frames=1, output=parts.hidden)


def qwen2_audio(a: Keys, parts: Parts) -> Encoder:
    return _whisper(a, frames=2, output=parts.hidden)


def voxtral(a: Keys, parts: Parts) -> Encoder:
    return _whisper(a, frames=4, output=parts.hidden)


SEEN: Mapping[str, Callable[[Keys, Keys, Parts], Encoder]] = {
    "Gemma3": gemma3,
    "Gemma4": gemma4,
    "Mistral3": pixtral,
    "Qwen2VL": qwen2,
    "Qwen2_5_VL": qwen25,
    "Qwen2_5Omni": qwen25,
    "Qwen2_5OmniModel": qwen25,
    "Qwen3VL": qwen3,
    "Qwen3VLMoe": qwen3,
    "Qwen3OmniMoe": qwen3,
    "Qwen3_5": qwen3,
    "Qwen3_5Moe": qwen3,
    "Llama4": llama4,
    "Mllama": mllama,
    "InternVL": internvl,
    "InternVLChatModel": internvl,
    "Llava": llava,
    **crops.SEEN,
}
HEARD: Mapping[str, Callable[[Keys, Parts], Encoder]] = {
    "WhisperForConditionalGeneration": whisper,
    "Qwen2AudioForConditionalGeneration": qwen2_audio,
    "VoxtralForConditionalGeneration": voxtral,
    **crops.HEARD,
}
