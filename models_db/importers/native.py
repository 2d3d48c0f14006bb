"""The storage format of a published checkpoint, from its config."""

from __future__ import annotations

from typing import Any

from models_db.importers.keys import Keys
from models_db.schema import Native, Role

DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "float8_e4m3fn": "fp8"}
ALL_LINEAR: tuple[Role, ...] = ("attention", "mlp", "expert", "shared_expert")


def native_format(top: Keys, text: Keys) -> tuple[Native, list[str]]:
    """The native format and notes about it; an unknown scheme is named, never guessed."""
    holder = next((k for k in (top, text) if "quantization_config" in k), None)
    dtype = text.raw("dtype") or text.raw("torch_dtype") or top.raw("dtype") or top.raw("torch_dtype")
    plain = DTYPES.get(str(dtype), "bf16")
    if holder is None:
        return Native(format=plain), []
    q = holder.sub("quantization_config")
    name = _scheme(q)
    if name is None:
        return Native(format=plain), [f"quantization scheme {str(q.raw('quant_method'))[:40]!r} is not known"]
    return Native(format=name, roles=_roles(q)), []


def _scheme(q: Keys) -> str | None:
    method = str(q.raw("quant_method") or q.raw("quant_algo") or "").lower()
    if method == "fp8" or method == "fbgemm_fp8":
        return "fp8_block" if q.raw("weight_block_size") else "fp8"
    if method == "mxfp4":
        return "mxfp4"
    if method in ("awq", "gptq"):
        group = q.count("group_size", default=128) if q.raw("group_size") != -1 else 128
        bits = q.count("bits", "w_bit", default=4)
        return f"{method}_int4_g{group}" if bits == 4 and group in (32, 64, 128) else None
    if method == "bitsandbytes":
        return "bnb_nf4" if q.raw("load_in_4bit") else "int8_weight_only"
    if method in ("modelopt", "compressed-tensors"):
        return _grouped_scheme(q)
    return None


def _grouped_scheme(q: Keys) -> str | None:
    algo = str(q.raw("quant_algo") or "").upper()
    if algo in ("NVFP4", "FP8"):
        return "nvfp4" if algo == "NVFP4" else "fp8"
    groups: Any = q.raw("config_groups")
    first = next(iter(groups.values()), None) if isinstance(groups, dict) else None
    weights = first.get("weights") if isinstance(first, dict) else None
    if not isinstance(weights, dict):
        return None
    activations = first.get("input_activations") if isinstance(first, dict) else None
    bits, kind, group = weights.get("num_bits"), weights.get("type"), weights.get("group_size")
    if bits == 4 and kind == "float":
        return "mxfp4" if group == 32 else "nvfp4"
    if bits == 4:
        return f"gptq_int4_g{group}" if group in (32, 64, 128) else None
    if bits == 8 and kind == "float":
        return "fp8_block" if weights.get("strategy") == "block" else "fp8"
    if bits == 8:
        return "int8" if activations else "int8_weight_only"
    return None


def _roles(q: Keys) -> tuple[Role, ...]:
    """Roles the scheme leaves out, read from its ignore list; empty means the format's own roles."""
    ignore = q.raw("ignore") or q.raw("modules_to_not_convert") or q.raw("exclude_modules")
    names = " ".join(str(x) for x in ignore[:4096]) if isinstance(ignore, list) else ""
    out: list[Role] = list(ALL_LINEAR)
    if "self_attn" in names and ("*.self_attn" in names or "re:.*self_attn" in names or names.count("self_attn") > 8):
        out.remove("attention")
    if "shared_expert" in names:
        out.remove("shared_expert")
    if "mlp\\.(gate|up" in names or "mlp.gate_up_proj" in names:
        out.remove("mlp")
    return tuple(out) if len(out) < len(ALL_LINEAR) else ()
