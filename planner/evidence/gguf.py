"""`validate --gguf`: file sizes and KV buffers of llama.cpp, predicted from model, mix and context."""

from __future__ import annotations

import re
from collections.abc import Mapping

from models_db.cache import CacheLayer, cache_layers
from models_db.formats import find_format, small_bits, weight_bits
from models_db.gguf import lookup_bits
from models_db.matrices import matrices, total_params
from models_db.schema import Model
from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.evidence.names import find_model
from planner.evidence.sources import sources
from planner.formulas.memory import MIB, padded

COLUMNS = ("pred_file_bytes", "pred_kv_mib", "error")
NEEDED = ("model", "quant")
ELEMENT_BITS = {
    "f32": 32.0,
    "f16": 16.0,
    "bf16": 16.0,
    "q8_0": 8.5,
    "q5_1": 6.0,
    "q5_0": 5.5,
    "q4_1": 5.0,
    "q4_0": 4.5,
    "iq4_nl": 4.5,
}
UNITS = {"GiB": 2**30, "MiB": 2**20, "GB": 1e9, "MB": 1e6}
POSITIONED = ("OPTForCausalLM", "GPT2LMHeadModel", "GPTBigCodeForCausalLM")
WORDS = {"small": "_S", "medium": "_M", "large": "_L"}
CACHE_PAD = 256


def predict_row(row: Mapping[str, str], catalogs: Catalogs) -> dict[str, str]:
    """The added columns of one row; what a row does not ask for stays empty."""
    out = dict.fromkeys(COLUMNS, "")
    problems = []
    try:
        model = find_model(row.get("model") or "", catalogs.models)
    except PlannerError as error:
        return out | {"error": str(error)}
    try:
        out["pred_file_bytes"] = f"{file_bytes(model, mix_name(row.get('quant') or '')):.0f}"
    except PlannerError as error:
        problems.append(str(error))
    try:
        if row.get("n_ctx"):
            out["pred_kv_mib"] = f"{kv_bytes(model, row) / MIB:.2f}"
    except PlannerError as error:
        problems.append(str(error))
    return out | {"error": "; ".join(problems)}


def measured_file_bytes(text: str) -> float | None:
    """A size such as `4.92 GB` or `14.96 GiB` in bytes; a bare number is bytes."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(GiB|MiB|GB|MB)?\s*", text)
    return float(match.group(1)) * UNITS.get(match.group(2) or "", 1) if match else None


def mix_name(text: str) -> str:
    """The mix of a label: `Q4_K - Medium`, `IQ3_S mix - 3.66 bpw`, `i1-Q4_K_M`, `Q8_0`."""
    match = re.match(
        r"(?:i1-)?(MXFP4|F16|BF16|F32|I?Q\d_(?:[A-Z0-9]+(?:_[SML])?))(?: - (Small|Medium|Large))?", text.strip()
    )
    if match is None:
        raise InputError(f"quant: {text[:40]!r} is not a llama.cpp mix")
    name = match.group(1) + (WORDS[match.group(2).lower()] if match.group(2) else "")
    if name in ("Q3_K", "Q4_K", "Q5_K"):  # llama-quantize's short names
        return f"{name}_M"
    return "Q2_K" if name == "Q2_K_M" else "IQ3_M" if text.startswith("IQ3_S mix") else name


def file_bytes(model: Model, mix: str) -> float:
    """Size of the GGUF file: every tensor by the mix's rule, one-dimensional tensors in FP32, no vision."""
    rules = sources().ggml
    born = model.native.format == rules.born.format and mix in rules.born.wide_mixes
    fmt = find_format(rules.born.format if born else rules.mixes.get(mix, mix))
    weights = sum(m.elements * weight_bits(fmt, m, model) for m in matrices(model)) / 8.0
    # Tables of positions stay in FP32, those of tokens (per-layer embeddings) follow the mix.
    positions = model.task == "embed" or model.architecture in POSITIONED
    lookup_width = 32.0 if positions else lookup_bits(fmt.gguf) if fmt.gguf else fmt.wide_bits
    lookup = model.lookup_params * lookup_width / 8.0
    rest = total_params(model) - model.vision_params - model.lookup_params - sum(m.elements for m in matrices(model))
    return float(weights + lookup + rest * small_bits(fmt) / 8.0)


def kv_bytes(model: Model, row: Mapping[str, str]) -> float:
    """Bytes of the KV buffers at `n_ctx`: whole at start, windows with one batch beside them."""
    comment = row.get("comment") or ""
    try:
        context = int(float(row["n_ctx"]))
    except (ValueError, OverflowError) as error:
        raise InputError(f"n_ctx: {row['n_ctx'][:40]!r} is not a number") from error
    if not 0 < context <= 2**31:
        raise InputError(f"n_ctx: {context} is out of range")
    kinds = ((row.get("kv_type") or "f16").strip().lower().split("/") * 2)[:2]
    if any(kind not in ELEMENT_BITS for kind in kinds):
        raise InputError(f"kv_type: {row.get('kv_type')!r} is not known")
    k_bits, v_bits = (ELEMENT_BITS[kind] for kind in kinds)
    batch, sequences = _flag(comment, "n_ubatch", 512), _flag(comment, "n_seq_max", 1)
    # Mainline logs count cells since the release that stores latents, once as K and once as V.
    mla = _flag(comment, "mla_attn", 1 if " cells x " in comment else -1)
    total = 0.0
    for layer in cache_layers(model):
        cells = context
        if layer.window and "iSWA" in comment:
            cells = min(context, padded(layer.window * sequences + batch, CACHE_PAD))
        total += layer.count * cells * _cell_bits(layer, k_bits, v_bits, mla) / 8.0
    return total


def _flag(comment: str, name: str, default: int) -> int:
    match = re.search(rf"{name}[ =]+(\d+)", comment)
    return int(match.group(1)) if match else default


def _cell_bits(layer: CacheLayer, k_bits: float, v_bits: float, mla: int) -> float:
    """Bits of one token in one layer. Latents: expanded heads before MLA support, once or twice after."""
    if layer.kind == "mla":
        latent, rope = layer.k_elements, layer.v_elements
        if mla >= 2:
            return (latent + rope) * k_bits
        if mla == 1:
            return (latent + rope) * k_bits + latent * v_bits
        value = layer.prefill_dim - (layer.prefill_dim - rope) // 2 - rope
        key = layer.prefill_dim - value
        return layer.heads * (key * k_bits + value * v_bits)
    if layer.kind != "gqa" or layer.image_only:
        return 0.0
    if not layer.stored and layer.kv_heads and layer.heads == layer.kv_heads:
        return layer.kv_heads * (layer.k_elements * k_bits + layer.v_elements * v_bits)
    return layer.kv_heads * (layer.k_elements * k_bits + layer.v_elements * v_bits) if layer.stored else 0.0
