"""Shapes of encoders whose largest item an engine makes of crops, slices, frames or a limit of pixels.

How vLLM sizes the item is in its model files (read 2026-11): glm4_1v.py, minicpmv.py, kimi_vl.py, deepseek_ocr.py,
deepseek_vl2.py, ernie45_vl.py, lfm2_vl.py, paddleocr_vl.py, phi3v.py, qwen3_asr.py. Limits that `config.json` leaves
out are the defaults of the class's `preprocessor_config.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isqrt

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.schema import Encoder

# Pixels of the largest image: GLM-4.1V to GLM-OCR (of two frames, which it is padded to), ERNIE, PaddleOCR.
GLM_PIXELS, ERNIE_PIXELS, PADDLE_PIXELS = 9_633_792 // 2, 28 * 28 * 6177, 2_822_400
# MiniCPM-V: frames of the longest video, each one slice of 448 pixels a side.
FRAMES, SLICE = 16, 448
# Kimi-VL is profiled with 1024 pixels a side, cut to 4096 patches.
KIMI_SIDE, KIMI_PATCHES = 1024, 4096
# DeepSeek-OCR: a view of 1024 pixels a side and 2 x 2 crops of 640, by 16 and then by 4.
OCR_VIEW, OCR_CROP, OCR_CROPS, OCR_PATCH = 1024, 640, 2, 16
# Phi-3-vision: 16 crops and the whole, 336 pixels a side, CLIP ViT-L/14.
PHI_CROPS, PHI_SIDE = 16, 336
# Qwen3-ASR: 30 s of sound; 100 frames of the spectrum make 13 tokens.
ASR_FRAMES, ASR_CHUNK, ASR_TOKENS = 3000, 100, 13


def _square(pixels: int, side: int) -> int:
    """Tokens of the largest square image whose sides are multiples of a token's."""
    return max(1, (isqrt(pixels) // side) ** 2)


def _resized(v: Keys, pixels: int, *, columns: int, frames: int = 1, output: int) -> Encoder:
    """An image scaled to so many pixels; `frames` of the input make a patch, and those of two have gated blocks."""
    patch, merge = v.count("patch_size"), v.count("spatial_merge_size", default=2)
    return Encoder(
        takes=("image",),
        width=v.count("hidden_size"),
        layers=v.layers("depth", "num_hidden_layers"),
        intermediate=columns,
        gated=frames > 1,
        item_tokens=_square(pixels, patch * merge),
        positions=merge * merge,
        input_width=3 * frames * patch * patch,
        output_width=output,
    )


def glm4v(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """`intermediate_size` is of the merger; the blocks are as wide as the output."""
    output = v.count("out_hidden_size")
    return _resized(v, GLM_PIXELS, columns=output, frames=v.count("temporal_patch_size", default=2), output=output)


def glm_ocr(top: Keys, v: Keys, parts: Parts) -> Encoder:
    columns, output = v.count("intermediate_size"), v.count("out_hidden_size")
    return _resized(v, GLM_PIXELS, columns=columns, frames=v.count("temporal_patch_size", default=2), output=output)


def ernie(top: Keys, v: Keys, parts: Parts) -> Encoder:
    return _resized(v, ERNIE_PIXELS, columns=v.count("intermediate_size"), output=parts.hidden)


def paddle(top: Keys, v: Keys, parts: Parts) -> Encoder:
    return _resized(v, PADDLE_PIXELS, columns=v.count("intermediate_size"), output=parts.hidden)


def minicpm(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """A video of one slice a frame has more tokens than an image of ten."""
    patch, query = v.count("patch_size"), top.count("query_num", default=64)
    return Encoder(
        takes=("image", "video"),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        item_tokens=FRAMES * query,
        positions=max(1, (SLICE // patch) ** 2 // query),
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def kimi(top: Keys, v: Keys, parts: Parts) -> Encoder:
    patch, merge = v.count("patch_size"), 2
    patches = (KIMI_SIDE // patch) ** 2
    side = int(KIMI_SIDE * min(1.0, KIMI_PATCHES / patches) ** 0.5)
    tokens = -(-side // (patch * merge))
    return Encoder(
        takes=("image",),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        item_tokens=tokens * tokens,
        positions=merge * merge,
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def deepseek_ocr(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """SAM's blocks see all patches; CLIP sees a sixteenth of them."""
    sam = v.sub("width").sub("sam_vit_b")
    view, crop = OCR_VIEW // OCR_PATCH, OCR_CROP // OCR_PATCH
    rows, inner = view // 4, OCR_CROPS * crop // 4
    tokens = rows * (rows + 1) + inner * (inner + 1) + 1
    return Encoder(
        takes=("image",),
        width=sam.count("width"),
        layers=sam.layers("layers"),
        intermediate=4 * sam.count("width"),
        item_tokens=tokens,
        positions=round((view**2 + OCR_CROPS**2 * crop**2) / tokens),
        input_width=3 * OCR_PATCH**2,
        output_width=parts.hidden,
    )


def deepseek_vl2(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """Of the sizes an image may be cut to, that with most tokens; each row of the joined tiles ends with one."""
    patch, side = v.count("patch_size", default=14), v.count("image_size", default=384)
    row = -(-(side // patch) // 2)
    shapes = [(h // side, w // side) for h, w in top.items_of("candidate_resolutions")]
    tall, wide = max(shapes, key=lambda shape: shape[0] * (shape[1] * row + 1))
    tokens = row * (row + 1) + tall * row * (wide * row + 1) + 1
    width = v.count("width", default=1152)
    return Encoder(
        takes=("image",),
        width=width,
        layers=v.layers("layers"),
        intermediate=round(width * v.number("mlp_ratio", 3.7362)),
        item_tokens=tokens,
        positions=round((1 + tall * wide) * (side // patch) ** 2 / tokens),
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def lfm2(top: Keys, v: Keys, parts: Parts) -> Encoder:
    """It is profiled with the largest image that is not cut into tiles."""
    patch, factor = v.count("patch_size"), top.count("downsample_factor", default=2)
    return Encoder(
        takes=("image",),
        width=v.count("hidden_size"),
        layers=v.layers("num_hidden_layers"),
        intermediate=v.count("intermediate_size"),
        item_tokens=top.count("max_image_tokens", default=256),
        positions=factor * factor,
        input_width=3 * patch * patch,
        output_width=parts.hidden,
    )


def phi3(top: Keys, parts: Parts) -> Encoder:
    """A band of crops, a token after each of its rows of 12, and the whole image."""
    patches = (PHI_SIDE // 14) ** 2
    tokens = (PHI_CROPS + 1) * patches // 4 + 1 + (PHI_CROPS + 1) * 12
    return Encoder(
        takes=("image",),
        width=1024,
        layers=24,
        intermediate=4096,
        item_tokens=tokens,
        positions=round((PHI_CROPS + 1) * (patches + 1) / tokens),
        input_width=3 * 14 * 14,
        output_width=parts.hidden,
    )


def qwen3_asr(a: Keys, parts: Parts) -> Encoder:
    """The first convolution halves frames and bins of the spectrum into channels, which are there before and after
    their activation."""
    channels, bins = a.count("downsample_hidden_size"), a.count("num_mel_bins")
    return Encoder(
        takes=("audio",),
        width=a.count("d_model"),
        layers=a.layers("encoder_layers"),
        intermediate=a.count("encoder_ffn_dim"),
        item_tokens=ASR_FRAMES // ASR_CHUNK * ASR_TOKENS,
        positions=1,
        input_width=2 * channels * (bins // 2) * (ASR_CHUNK // 2) // ASR_TOKENS,
        output_width=a.count("output_dim"),
    )


SEEN: Mapping[str, Callable[[Keys, Keys, Parts], Encoder]] = {
    "Glm4v": glm4v,
    "Glm4vMoe": glm4v,
    "GlmOcr": glm_ocr,
    "MiniCPMV": minicpm,
    "KimiVL": kimi,
    "DeepseekOCR": deepseek_ocr,
    "DeepseekVLV2": deepseek_vl2,
    "Ernie4_5_VLMoe": ernie,
    "Lfm2Vl": lfm2,
    "PaddleOCRVL": paddle,
}
WHOLE: Mapping[str, Callable[[Keys, Parts], Encoder]] = {"Phi3VForCausalLM": phi3}
HEARD: Mapping[str, Callable[[Keys, Parts], Encoder]] = {"Qwen3ASRForConditionalGeneration": qwen3_asr}
