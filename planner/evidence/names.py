"""Reading how logs and benchmarks name models, formats and GPUs."""

from __future__ import annotations

import re

from hardware_db.catalog import HardwareCatalog
from hardware_db.schema import Accelerator
from models_db.catalog import ModelCatalog
from models_db.formats import Format, KvFormat, find_format, find_kv_format, formats
from models_db.schema import Model
from planner.errors import InputError
from planner.physics.kernels import rate_flop_per_s, wide_type

WORDS = (
    (("mxfp4",), "mxfp4"),
    (("nvfp4", "modelopt_fp4", "fp4", "modelopt_mixed"), "nvfp4"),
    (("bitsandbytes", "bnb", "nf4"), "bnb_nf4"),
    (("awq",), "awq_int4_g128"),
    (("gptq", "int4", "w4a16", "4bit", "4-bit", "marlin"), "gptq_int4_g128"),
    (("w8a16", "int8_weight_only", "8bit", "8-bit"), "int8_weight_only"),
    (("w8a8", "int8"), "int8"),
    (("fp8", "float8", "e4m3"), "fp8"),
    (("fp16", "float16", "half"), "fp16"),
    (("bf16", "bfloat16"), "bf16"),
    (("fp32", "float32"), "fp32"),
)
# ExLlama's mixes have rules of their own; the GGUF mix nearest in bits stands in, here with its mean of Llama-2-7B.
MIXES = re.compile(r"(\d{1,2}(?:\.\d+)?) ?bpw")
MEAN_BITS = {
    "iq2_xs": 2.41, "iq3_xxs": 3.07, "q3_k_m": 3.91, "iq4_xs": 4.33, "q4_k_m": 4.84, "q5_k_m": 5.68, "q6_k": 6.56,
    "q8_0": 8.5,
}  # fmt: skip
USUAL = ("", "auto", "default", "none", "native", "mixed", "unknown", "-")
GGUF = re.compile(r"\b(i?q\d_(?:k_[sml]|k|[01]|nl|xxs|xs|s|m)|q8_0)\b")


def find_model(name: str, models: ModelCatalog) -> Model:
    """The model a log or benchmark names; remarks, file endings and shard counters are left out."""
    text = re.sub(r"\s*[(\[].*$", "", name.strip())
    text = re.sub(r"(-\d{5}-of-\d{5})?\.(gguf|bin)$", "", text)
    text = re.sub(r"([- ](?:UD|i1))?[- ](?:I?Q\d_\w+|BF16|F16|MXFP4)(?: Safetensors)?$", "", text, flags=re.IGNORECASE)
    plain = text.split("_", 1)[-1] if "/" not in text else text
    for candidate in (text, text.replace(" ", "-"), plain.replace(" ", "-"), *text.split()):
        found = models.match(candidate)
        if found is not None:
            return found.model
    return models.lookup(text).model


def generic_gpu(total_gib: float, hardware: HardwareCatalog) -> Accelerator:
    """A stand-in where a log states a card's memory but not its name; only its memory is read."""
    return hardware.accelerator("A10").model_copy(update={"name": "stated", "memory_gib_usable": total_gib})


def storage_format(stated: str, name: str, model: Model) -> Format:
    """The weight format that a row means: what it states, else what the name says, else the checkpoint's own."""
    own = model.native.format
    for text in (stated.lower(), name.lower().replace("-", "_") if not stated else ""):
        if "native" in text:
            return find_format(own)
        found = _named(text)
        if found:
            return _block_scaled(found, own, name)
    third_party = any(word in model.id.lower() for words, _ in WORDS for word in words)
    return find_format("bf16" if own == "fp32" or third_party or own not in formats() else own)


def is_format(stated: str) -> bool:
    """Whether a cell names a format, or leaves it to the checkpoint."""
    text = stated.strip().lower()
    return text in USUAL or "native" in text or _named(text) is not None


def _named(text: str) -> str | None:
    gguf, mix = GGUF.search(text), MIXES.search(text)
    if gguf:
        return gguf.group(1)
    if mix:
        return min(MEAN_BITS, key=lambda name: abs(MEAN_BITS[name] - float(mix.group(1))))
    return next((fmt for words, fmt in WORDS if any(word in text for word in words)), None)


def _block_scaled(fmt: str, own: str, name: str) -> Format:
    """FP8 of a vendor whose checkpoints carry 128x128 blocks; INT4 with its own group; MXFP4 that only experts have."""
    if fmt == "fp8" and (own == "fp8_block" or "qwen3" in name.lower()):
        return find_format("fp8_block")
    if fmt in ("nvfp4", "mxfp4"):
        return find_format(own if own == "mxfp4" else "mxfp4_all" if fmt == "mxfp4" else fmt)
    if fmt == "gptq_int4_g128" and own.startswith("gptq"):
        return find_format(own)
    return find_format(fmt)


def cache_format(stated: str, gpu: Accelerator, engine: str) -> KvFormat:
    """The KV format a row means; empty or `auto` is the engine's default, 16 bit."""
    text = stated.strip().lower()
    if "fp4" in text:
        return find_kv_format("fp4")
    if "fp8" in text:
        return find_kv_format("fp8")
    if text in ("int8", "int4", "q8_0", "q4_0"):
        return find_kv_format(text)
    half = engine == "llama.cpp" or gpu.peak_dense_tflops.bf16 is None
    return find_kv_format("fp16" if half or text in ("fp16", "float16") else "bf16")


def timed(gpu: Accelerator) -> Accelerator:
    """The same, where it has a rate to compute times with; raises InputError where none is stated."""
    if rate_flop_per_s(gpu, wide_type(gpu)) is None:
        raise InputError(f"gpu: no 16- or 32-bit rate is stated for {gpu.name}")
    return gpu


def find_gpu(text: str, hardware: HardwareCatalog) -> Accelerator | None:
    """The accelerator a remark names, or None; remarks in brackets are left out."""
    plain = re.sub(r"(-CTS|-Dual.*)$", "", re.sub(r"\s*\(.*$", "", text).strip())
    for candidate in (plain, re.sub(r"\s*\b\d+ ?GB\b.*$", "", plain), plain.split(",")[0]):
        found = hardware.match(candidate) if candidate else None
        if found is not None:
            return found
    return None
