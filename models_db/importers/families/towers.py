"""Parameter counts of vision towers beside those of the large families: CLIP, SigLIP, SAM, MoonViT, GLM, Qwen2-VL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.schema import Moe

SIGLIP_WIDTH, SIGLIP_LAYERS, SIGLIP_MLP = 1152, 27, 4304


def block(h: int, width: int, *, bias: bool, norms: int, gated: bool = False) -> int:
    """One transformer block of a tower: four square projections, an MLP, norms of `norms` vectors."""
    up = 2 if gated else 1
    biases = (4 * h + up * width + h) if bias else 0
    return 4 * h * h + (up + 1) * h * width + biases + norms * h


def linear(*widths: int) -> int:
    """Linear layers with biases, one after another."""
    return sum(a * b + b for a, b in pairwise(widths))


def _siglip(positions: int, *, patch: int, pooled: bool = False) -> int:
    """SigLIP so400m; `pooled` with its attention-pooling head."""
    h, mlp = SIGLIP_WIDTH, SIGLIP_MLP
    total = linear(3 * patch * patch, h) + positions * h
    total += SIGLIP_LAYERS * block(h, mlp, bias=True, norms=4) + 2 * h
    return total + pooled * (h + linear(h, h) + linear(h, 2 * h) + linear(h, h) + 2 * h + linear(h, mlp, h))


def _clip(image: int, *, norms: int = 2) -> int:
    """CLIP ViT-L/14 with its norm before and the one after the layers, and a class token."""
    h, patch = 1024, 14
    places = (image // patch) ** 2 + 1
    embed = 3 * patch * patch * h + h + places * h
    return embed + 24 * block(h, 4096, bias=True, norms=4) + 2 * norms * h


def qwen2(top: Keys, v: Keys, parts: Parts) -> int:
    h, n = v.count("embed_dim", default=1280), v.layers("depth") if "depth" in v else 32
    patch, merge = v.count("patch_size", "spatial_patch_size", default=14), v.count("spatial_merge_size", default=2)
    wide = merge * merge * h
    embed = 3 * v.count("temporal_patch_size", default=2) * patch * patch * h
    blocks = n * block(h, v.count("mlp_ratio", default=4) * h, bias=True, norms=4)
    return embed + blocks + 2 * h + linear(wide, wide, parts.hidden)


def exaone(top: Keys, v: Keys, parts: Parts) -> int:
    """Qwen2.5-VL's tower with grouped key/value heads."""
    h, n, width = v.count("hidden_size"), v.layers("depth"), v.count("intermediate_size")
    kv = h // v.count("num_heads") * v.count("num_key_value_heads")
    patch, wide = v.count("patch_size"), v.count("spatial_merge_size") ** 2 * h
    attention = 2 * linear(h, h) + 2 * linear(h, kv)
    layer = attention + 2 * linear(h, width) + linear(width, h) + 2 * h
    embed = 3 * v.count("temporal_patch_size") * patch * patch * h
    return embed + n * layer + h + linear(wide, wide, v.count("out_hidden_size"))


def lfm2(top: Keys, v: Keys, parts: Parts) -> int:
    h, factor = v.count("hidden_size"), top.count("downsample_factor", default=2)
    patch, n = v.count("patch_size"), v.layers("num_hidden_layers")
    embed = linear(3 * patch * patch, h) + v.count("num_patches") * h
    wide, inner = factor * factor * h, top.count("projector_hidden_size")
    norm = 2 * wide if top.flag("projector_use_layernorm") else 0
    blocks = n * block(h, v.count("intermediate_size"), bias=True, norms=4) + 2 * h
    return embed + blocks + norm + linear(wide, inner, parts.hidden)


def paddle(top: Keys, v: Keys, parts: Parts) -> int:
    """SigLIP with its pooling head, positions for packed images, and a projector over 2x2 patches."""
    h, patch = v.count("hidden_size"), v.count("patch_size")
    wide = v.count("spatial_merge_size", default=2) ** 2 * h
    tower = _siglip((v.count("image_size") // patch) ** 2, patch=patch, pooled=True)
    return tower + 32768 * h + 2 * h + linear(wide, wide, parts.hidden)


def llava(top: Keys, v: Keys, parts: Parts) -> int:
    return _clip(v.count("image_size")) + linear(1024, parts.hidden, parts.hidden)


def phi3(top: Keys, v: Keys, parts: Parts) -> int:
    """CLIP-L at 336 pixels, a projector over 2x2 patches, and two learned separators."""
    wide = 4 * 1024
    return _clip(336) + linear(wide, parts.hidden, parts.hidden) + 2 * wide


def vl2(top: Keys, v: Keys, parts: Parts) -> int:
    """DeepSeek-VL2: pooled SigLIP at 384 pixels, a projector over 2x2 patches, two separators."""
    wide = 4 * SIGLIP_WIDTH
    return _siglip(27 * 27, patch=14, pooled=True) + linear(wide, parts.hidden, parts.hidden) + 2 * parts.hidden


def deepseek_ocr(top: Keys, v: Keys, parts: Parts) -> int:
    """SAM ViT-B at 1024 pixels with two more convolutions, CLIP-L at 224 pixels after it, a linear projector."""
    h, neck = 768, 256
    relative = 8 * 2 * (2 * 14 - 1) * 64 + 4 * 2 * (2 * 64 - 1) * 64
    sam = linear(3 * 16 * 16, h) + 64 * 64 * h + 12 * block(h, 4 * h, bias=True, norms=4) + relative
    sam += h * neck + 9 * neck * neck + 4 * neck + 9 * (neck * 512 + 512 * 1024)
    return sam + _clip(224, norms=1) + linear(2048, parts.hidden) + 2 * parts.hidden


def moonvit(top: Keys, v: Keys, parts: Parts) -> int:
    """MoonViT with learned positions, and the projector of Kimi-VL: a norm, two linear layers."""
    h, n = v.count("hidden_size"), v.layers("num_hidden_layers")
    patch = v.count("patch_size")
    embed = linear(3 * patch * patch, h) + v.count("init_pos_emb_height") * v.count("init_pos_emb_width") * h
    return embed + n * block(h, v.count("intermediate_size"), bias=True, norms=4) + 2 * h


def locate(top: Keys, v: Keys, parts: Parts) -> int:
    wide = 4 * v.count("hidden_size")
    return moonvit(top, v, parts) + 2 * wide + linear(wide, parts.hidden, parts.hidden)


def kimi_vl(top: Keys, v: Keys, parts: Parts) -> int:
    h = v.count("hidden_size")
    return moonvit(top, v, parts) + 2 * h + linear(4 * h, 4 * h, parts.hidden)


def minicpm(top: Keys, v: Keys, parts: Parts) -> int:
    """SigLIP at 980 pixels and a resampler: learned queries, one attention, three norms, one matrix."""
    out, queries = parts.hidden, top.count("query_num")
    patches = (v.count("image_size") // v.count("patch_size")) ** 2
    resampler = queries * out + SIGLIP_WIDTH * out + 4 * linear(out, out) + 6 * out + out * out
    return _siglip(patches, patch=v.count("patch_size")) + resampler


def glm4v(top: Keys, v: Keys, parts: Parts) -> int:
    """GLM-4.1V and 4.5V: positions for patches, blocks as wide as the language model, a gated merger."""
    h, n, out = v.count("hidden_size"), v.layers("depth"), v.count("out_hidden_size")
    positions = (v.count("image_size") // v.count("patch_size")) ** 2 * h
    blocks = n * block(h, out, bias=False, norms=2, gated=True)
    return _glm(v, blocks, v.count("intermediate_size")) + positions + h


def glm_ocr(top: Keys, v: Keys, parts: Parts) -> int:
    """The same with biases and norms of queries and keys, without positions."""
    h, n = v.count("hidden_size"), v.layers("depth")
    layer = block(h, v.count("intermediate_size"), bias=True, norms=2, gated=True) + 2 * (h // v.count("num_heads"))
    return _glm(v, n * layer, v.count("out_hidden_size") * v.count("in_channels"))


def _glm(v: Keys, blocks: int, width: int) -> int:
    h, out, patch = v.count("hidden_size"), v.count("out_hidden_size"), v.count("patch_size")
    embed = linear(3 * v.count("temporal_patch_size") * patch * patch, h)
    merger = out * out + 2 * out + 3 * out * width
    return embed + blocks + h + linear(v.count("spatial_merge_size") ** 2 * h, out) + merger


def ernie(top: Keys, v: Keys, parts: Parts) -> int:
    """The tower, its resampler over space and time, and the experts that image tokens alone run through."""
    h, n = v.count("hidden_size"), v.layers("depth")
    patch, wide = v.count("patch_size"), v.count("spatial_merge_size") ** 2 * h
    tower = 3 * patch * patch * h + n * block(h, v.count("intermediate_size"), bias=True, norms=4) + 2 * h
    time = v.count("temporal_merge_size") * wide
    resampler = linear(wide, wide, wide) + linear(time, wide, wide) + 4 * wide + linear(wide, parts.hidden)
    return tower + resampler + parts.hidden + _image_experts(top, parts)


def _image_experts(top: Keys, parts: Parts) -> int:
    """Experts, routers and their biases of the layers that have such for text."""
    text = top.sub("text_config") if "text_config" in top else top
    widths, experts = text.raw("moe_intermediate_size"), text.raw("moe_num_experts")
    width = Keys({"x": widths[-1] if isinstance(widths, list) and widths else widths}).count("x")
    number = Keys({"x": experts[-1] if isinstance(experts, list) and experts else experts}).count("x")
    each = number * (3 * parts.hidden * width + parts.hidden + 1)
    return each * sum(g.count for g in parts.layers if any(isinstance(f, Moe) for f in g.ffns))


def minicpm46(top: Keys, v: Keys, parts: Parts) -> int:
    """SigLIP that merges 2x2 patches by an attention and an MLP after some layers, and by an MLP at its end."""
    h, mlp = v.count("hidden_size"), v.count("intermediate_size")
    patches = (v.count("image_size") // v.count("patch_size")) ** 2
    inside = 4 * linear(h, h) + 2 * h + 8 * h + linear(4 * h, 4 * mlp, h)
    return _siglip(patches, patch=v.count("patch_size")) + inside + 8 * h + linear(4 * h, 4 * h, parts.hidden)


def internvl(top: Keys, v: Keys, parts: Parts) -> int:
    """InternViT with a class token and layer scales, a norm and a projector over 2x2 patches.

    The large one has norms of queries and keys and no biases of queries, keys and values.
    """
    h, n, mlp = v.count("hidden_size"), v.layers("num_hidden_layers"), v.count("intermediate_size")
    patch, image = side(v, "patch_size"), side(v, "image_size")
    large = v.flag("use_qk_norm", "qk_normalization")
    layer = block(h, mlp, bias=True, norms=4) + 2 * h - (3 * h if large else 0)
    embed = linear(3 * patch * patch, h) + h + ((image // patch) ** 2 + 1) * h
    return embed + n * layer + 8 * h + linear(4 * h, parts.hidden, parts.hidden)


def side(v: Keys, name: str) -> int:
    """The side of a square that is given once or twice."""
    value = v.raw(name)
    return Keys({name: value[0] if isinstance(value, list) and value else value}).count(name)


COUNTERS: Mapping[str, Callable[[Keys, Keys, Parts], int]] = {
    "Qwen2VL": qwen2,
    "Exaone4_5_": exaone,
    "Lfm2Vl": lfm2,
    "PaddleOCRVL": paddle,
    "Llava": llava,
    "Phi3V": phi3,
    "DeepseekVLV2": vl2,
    "DeepseekOCR": deepseek_ocr,
    "LocateAnything": locate,
    "KimiVL": kimi_vl,
    "MiniCPMV": minicpm,
    "MiniCPMV4_6": minicpm46,
    "Glm4v": glm4v,
    "Glm4vMoe": glm4v,
    "GlmOcr": glm_ocr,
    "Ernie4_5_VLMoe": ernie,
    "InternVL": internvl,
    "InternVLChatModel": internvl,
}
