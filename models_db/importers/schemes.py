"""Quantization configs of checkpoints as rules: which modules are stored in which format.

Sources: compressed-tensors (quant_config), NVIDIA ModelOpt (hf_quant_config.json), AMD Quark, AutoGPTQ and GPTQModel,
AutoAWQ, AutoRound, bitsandbytes and fine-grained FP8 as transformers writes them, MLX.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models_db.importers.keys import Keys
from models_db.importers.modules import Selection
from planner.toml import json_of

GROUPS = (32, 64, 128)
ALGORITHMS = {
    "NVFP4": "nvfp4", "W4A16_NVFP4": "nvfp4", "NVFP4_AWQ": "nvfp4", "W4A8_NVFP4_FP8": "nvfp4", "FP8": "fp8",
    "FP8_PB_WO": "fp8_block", "FP8_PER_CHANNEL_PER_TOKEN": "fp8_channel", "MXFP4": "mxfp4_all", "MXFP8": "mxfp8",
    "W4A16_MXFP4": "mxfp4_all", "W4A8_MXFP4_FP8": "mxfp4_all", "W4A16_AWQ": "awq_int4_g128",
    "W8A16": "int8_weight_only", "INT8_SQ": "int8", "W8A8_SQ_PER_CHANNEL": "int8",
}  # fmt: skip
IGNORED = ("ignore", "modules_to_not_convert", "exclude_modules", "exclude", "ignored_layers", "llm_int8_skip_modules")
Storing = tuple[Selection, str | None]


@dataclass(slots=True)
class Scheme:
    """rules: the first that chooses a module tells its format, None for 16 bit; rest: of all other linear layers."""

    rest: str | None = None
    experts: str | None = None
    rules: list[Storing] = field(default_factory=list)
    ignored: Selection = field(default_factory=lambda: Selection(()))
    kv: str | None = None
    head: str | None = None
    unknown: str | None = None


def scheme_of(q: Keys) -> Scheme:
    """The rules of a decoded quantization config."""
    method = str(q.raw("quant_method") or "").lower()
    found = _by_method(q, method)
    found.ignored = Selection(entry for key in IGNORED for entry in _list(q.raw(key)))
    found.kv = found.kv or _cache(q)
    if str(q.raw("expert_dtype") or "").lower() in ("fp4", "mxfp4"):
        found.experts = "mxfp4"
    if found.rest is None and not found.rules:
        found.unknown = str(q.raw("quant_method") or q.raw("quant_algo"))[:40]
    return found


def _by_method(q: Keys, method: str) -> Scheme:
    if method in ("awq", "gptq", "auto-round", "autoround", "intel/auto-round", "gptqmodel", "auto_gptq"):
        return _integers(q, method)
    if method in ("fp8", "fbgemm_fp8", "mxfp8", "mxfp4", "gpt_oss_mxfp4"):
        return Scheme(rest=_floats(q, method))
    if method == "bitsandbytes":
        return Scheme(rest="bnb_nf4" if q.raw("load_in_4bit") else "int8_weight_only")
    if method == "quark":
        return _quark(q)
    if "bits" in q and "group_size" in q and not method:
        return _mlx(q)
    return _grouped(q)


def _floats(q: Keys, method: str) -> str:
    if "mxfp8" in method or (method == "fp8" and _block(q) == 32 and str(q.raw("scale_fmt")) == "ue8m0"):
        return "mxfp8"
    if "mxfp4" in method:
        return "mxfp4"
    if method == "fbgemm_fp8":
        return "fp8_channel"
    return "fp8_block" if q.raw("weight_block_size") else "fp8"


def _block(q: Keys) -> int | None:
    size = q.raw("weight_block_size")
    return size[-1] if isinstance(size, list) and size and isinstance(size[-1], int) else None


def _integers(q: Keys, method: str) -> Scheme:
    """Integer weights in groups; single modules may have other bits, or none."""
    kind = "awq" if method == "awq" or "awq" in str(q.raw("packing_format") or "") else "gptq"
    if str(q.raw("data_type") or "int").startswith(("nv_fp", "nvfp")):
        return Scheme(rest="nvfp4")
    if str(q.raw("data_type") or "int").startswith("mx_fp"):
        return Scheme(rest="mxfp8" if q.raw("bits") == 8 else "mxfp4_all")
    rest = _integer(kind, q.raw("bits") or q.raw("w_bit") or 4, q.raw("group_size") or q.raw("q_group_size"))
    found = Scheme(rest=rest, head=rest if q.raw("lm_head") is True or q.raw("quant_lm_head") is True else None)
    for key in ("extra_config", "dynamic"):
        for name, entry in _table(q.raw(key)).items():
            text = name if key == "extra_config" else f"re:.*{name.lstrip('+-:')}"
            bits = entry.get("bits", 16 if name.startswith("-") or key == "extra_config" else q.raw("bits"))
            group = entry.get("group_size", q.raw("group_size"))
            found.rules.append((Selection([text]), _integer(kind, bits, group)))
    return found


def _integer(kind: str, bits: object, group: object) -> str | None:
    """The record of integer weights; the nearest group that has a record where there is none of this size."""
    if bits == 8:
        return "int8_weight_only"
    if bits != 4 or not isinstance(group, int | None) or isinstance(group, bool):
        return None
    size = 128 if group is None or group <= 0 or group > 128 else min(GROUPS, key=lambda known: abs(known - group))
    return f"{kind}_int4_g{size}"


def _grouped(q: Keys) -> Scheme:
    """ModelOpt and compressed-tensors: one format for all, groups with their targets, or a format for each module."""
    algo = str(q.raw("quant_algo") or "").upper()
    found = Scheme(rest=ALGORITHMS.get(algo))
    if algo == "W4A16_AWQ" and "group_size" in q:
        found.rest = _integer("awq", 4, q.raw("group_size"))
    for fmt, names in _by_layer(q).items():
        found.rules.append((Selection(names), fmt))
    if found.rest is not None or found.rules:
        return found
    for group in _table(q.raw("config_groups")).values():
        narrow, targets = _weights(group), _list(group.get("targets"))
        broad = not targets or any(t in ("Linear", "MoE", "FusedMoE", "LinearBase") for t in targets)
        if broad and found.rest is None:
            found.rest = narrow
        elif narrow is not None:
            found.rules.append((Selection(targets), narrow))
    return found


def _by_layer(q: Keys) -> dict[str, list[str]]:
    """Format -> the modules that a mixed precision lists."""
    out: dict[str, list[str]] = {}
    for name, entry in _table(q.raw("quantized_layers")).items():
        algo = str(entry.get("quant_algo") or "").upper()
        integers = algo == "W4A16_AWQ"
        fmt = _integer("awq", 4, entry.get("group_size")) if integers else ALGORITHMS.get(algo)
        if fmt is not None:
            out.setdefault(fmt, []).append(name)
    return out


def _weights(group: Mapping[str, Any]) -> str | None:
    """The format of the weights of a group of compressed-tensors."""
    weights, activations = group.get("weights"), group.get("input_activations")
    if not isinstance(weights, Mapping):
        return None
    bits, size, strategy = weights.get("num_bits"), weights.get("group_size"), weights.get("strategy")
    if weights.get("type") == "float" and bits == 4:
        return "mxfp4_all" if size == 32 else "nvfp4"
    if weights.get("type") == "float" and bits == 8:
        if size == 32:
            return "mxfp8"
        return {"block": "fp8_block", "channel": "fp8_channel"}.get(str(strategy), "fp8")
    if bits == 8:
        return "int8" if activations else "int8_weight_only"
    kind = "gptq" if weights.get("symmetric", True) else "awq"
    return _integer(kind, bits, size) if bits == 4 else None


def _quark(q: Keys) -> Scheme:
    """One entry for all layers and others by name."""
    found = Scheme(rest=_quark_format(_dict(q.raw("global_quant_config")).get("weight")))
    for name, entry in _table(q.raw("layer_quant_config")).items():
        fmt = _quark_format(entry.get("weight"))
        found.rules.append((Selection([name]), fmt))
    export = _dict(q.raw("export"))
    if _dict(_dict(q.raw("global_quant_config")).get("output_tensors")) or export.get("kv_cache_dtype"):
        found.kv = "fp8"
    return found


def _quark_format(weight: object) -> str | None:
    if isinstance(weight, list):
        weight = weight[-1] if weight else None
    if not isinstance(weight, Mapping):
        return None
    kind, scheme, size = str(weight.get("dtype")), str(weight.get("qscheme")), weight.get("group_size")
    if kind == "fp4":
        return "mxfp4_all" if size == 32 else "nvfp4"
    if kind.startswith("fp8"):
        return {"per_channel": "fp8_channel", "per_group": "mxfp8"}.get(scheme, "fp8")
    if kind == "int8":
        return "int8"
    return _integer("awq", 4, size) if kind in ("int4", "uint4") else None


def _mlx(q: Keys) -> Scheme:
    """MLX: groups with a scale and a bias in 16 bit, the embedding and the head too."""
    rest = _mlx_format(q.raw("bits"), q.raw("group_size"), q.raw("mode"))
    found = Scheme(rest=rest, head=rest)
    for name, entry in _table_of(q).items():
        fmt = _mlx_format(entry.get("bits"), entry.get("group_size"), entry.get("mode", q.raw("mode")))
        found.rules.append((Selection([name]), fmt))
    return found


def _mlx_format(bits: object, group: object, mode: object) -> str | None:
    if mode in ("mxfp4", "nvfp4"):
        return "mxfp4_all" if mode == "mxfp4" else "nvfp4"
    known = isinstance(bits, int) and bits in (3, 4, 5, 6, 8) and group in GROUPS
    return f"mlx_{bits}bit_g{group}" if known else None


def _cache(q: Keys) -> str | None:
    stated = q.raw("kv_cache_scheme") or q.raw("kv_cache_quant_algo")
    if isinstance(stated, Mapping):
        return "fp8" if stated.get("num_bits") == 8 else "fp4" if stated.get("num_bits") == 4 else None
    return {"FP8": "fp8", "NVFP4": "fp4", "INT8": "int8"}.get(str(stated or "").upper())


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> Mapping[str, Any]:
    """An object, also where a copy of the config holds it as text."""
    if isinstance(value, str):
        try:
            value = json_of(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def _table(value: object) -> dict[str, Mapping[str, Any]]:
    return {str(name): entry for name, entry in _dict(value).items() if isinstance(entry, Mapping)}


def _table_of(q: Keys) -> dict[str, Mapping[str, Any]]:
    return {name: entry for name in q.names() if isinstance(entry := q.raw(name), Mapping)}
