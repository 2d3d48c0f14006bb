"""The type that llama.cpp's quantizer gives each tensor of a GGUF mix (src/llama-quant.cpp).

A mix such as Q4_K_M is a rule by tensor name and layer: the value projection and the down projection
of some layers get more bits. `mean_bits` averages the rule over the layers that share a matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from models_db.matrices import Matrix
from models_db.schema import Attention, LatentAttention, LinearAttention, Model, Moe

BITS = {
    "F32": 32.0, "F16": 16.0, "BF16": 16.0, "Q8_0": 8.5, "Q6_K": 6.5625, "Q5_K": 5.5, "Q5_1": 6.0, "Q5_0": 5.5,
    "Q4_K": 4.5, "Q4_1": 5.0, "Q4_0": 4.5, "IQ4_NL": 4.5, "IQ4_XS": 4.25, "Q3_K": 3.4375, "IQ3_S": 3.4375,
    "IQ3_XXS": 3.0625, "Q2_K": 2.625, "IQ2_S": 2.5625, "IQ2_XS": 2.3125, "IQ2_XXS": 2.0625, "IQ1_M": 1.75,
    "IQ1_S": 1.5625,
}  # fmt: skip
DEFAULT = {
    "Q2_K_S": "Q2_K", "IQ3_XS": "IQ3_S", "Q3_K_S": "Q3_K", "Q3_K_M": "Q3_K", "Q3_K_L": "Q3_K", "Q4_K_S": "Q4_K",
    "Q4_K_M": "Q4_K", "Q5_K_S": "Q5_K", "Q5_K_M": "Q5_K", "IQ2_S": "IQ2_XS", "IQ2_M": "IQ2_S", "IQ3_M": "IQ3_S",
}  # fmt: skip
SMALL = {"IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M"}
FALLBACK = {"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
WIDE_BLOCK = {"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"} | {name for name in BITS if name.startswith("IQ")} - {"IQ4_NL"}
# Classes whose query, key and value projections are one tensor in the file.
FUSED = {
    "Phi3ForCausalLM",
    "ChatGLMModel",
    "BloomForCausalLM",
    "GPTNeoXForCausalLM",
    "FalconForCausalLM",
    "DbrxForCausalLM",
}
Rule = Callable[[int], str]


def more_bits(i: int, n: int) -> bool:
    """Layers that a `_M` mix favours: the first and last eighth, and every third between."""
    return i < n // 8 or i >= 7 * n // 8 or (i - n // 8) % 3 == 2


def mean_bits(mix: str, matrix: Matrix, model: Model) -> float:
    """Mean bits an element of `matrix` in the mix (`Q4_K_M`, `IQ2_XS`, ...)."""
    if mix == "MXFP4":
        return 4.25 if matrix.role == "expert" else BITS["F32"] if matrix.role == "router" else BITS["Q8_0"]
    if matrix.role == "router" or (matrix.cols % 32 and matrix.role != "embedding"):
        return BITS["F32"] if matrix.role == "router" else BITS["F16"]
    layers = _layers(matrix, model)
    total = Fraction(0)
    for name, weight in _parts(matrix, model):
        rule = _rule(mix, name, model, layers)
        bits = sum(BITS[_fit(rule(i), matrix.cols)] for i in range(layers))
        total += Fraction(weight) * Fraction(bits) / layers
    return float(total)


def lookup_bits(mix: str) -> float:
    """Bits of a per-layer embedding, which the quantizer treats like a tied head."""
    return BITS["Q8_0"] if mix in ("Q8_0", "MXFP4") else BITS["Q6_K"]


def _layers(matrix: Matrix, model: Model) -> int:
    if matrix.role in ("embedding", "head"):
        return 1
    return max(1, min(matrix.copies, model.n_layers))


def _parts(matrix: Matrix, model: Model) -> list[tuple[str, Fraction]]:
    if model.architecture in FUSED and matrix.name in ("q_proj", "kv_proj"):
        return [("attn_qkv", Fraction(1))]
    if matrix.name == "kv_proj":
        return [("attn_k", Fraction(1, 2)), ("attn_v", Fraction(1, 2))]
    if matrix.name == "in_proj":
        return _delta_parts(matrix, model)
    names = {
        "q_proj": "attn_q", "o_proj": "attn_output", "down_proj": "ffn_down", "experts_down": "ffn_down",
        "shared_down": "ffn_down", "gate_up_proj": "ffn_up", "experts_up": "ffn_up", "shared_up": "ffn_up",
        "embed_tokens": "token_embd", "lm_head": "output",
    }  # fmt: skip
    return [(names.get(matrix.name, matrix.name), Fraction(1))]


def _delta_parts(matrix: Matrix, model: Model) -> list[tuple[str, Fraction]]:
    """The way into a gated delta net: query, key and value are one tensor of the file, gates others."""
    mixers = [mixer for group in model.layers for mixer in group.mixers if isinstance(mixer, LinearAttention)]
    fused = {2 * m.k_heads * m.k_dim + m.v_heads * m.v_dim for m in mixers if m.variant == "gated_delta"}
    share = Fraction(max(fused, default=0), matrix.rows)
    return [("attn_qkv", share), (matrix.name, 1 - share)] if 0 < share < 1 else [(matrix.name, Fraction(1))]


def _fit(name: str, cols: int) -> str:
    """Super-blocks hold 256 weights; rows that do not divide fall back to a type with blocks of 32."""
    if name in WIDE_BLOCK and cols % 256:
        return FALLBACK.get(name, "IQ4_NL")
    return name


def _rule(mix: str, name: str, model: Model, n: int) -> Rule:
    base = DEFAULT.get(mix, mix)
    gqa, experts, seventy = _traits(model)
    # Without a head of its own, as in a model that embeds, the table of tokens has the head's type.
    if name == "output" or (name == "token_embd" and (model.tied_embeddings or model.task == "embed")):
        return _constant("Q5_K" if mix in SMALL | {"IQ3_XXS"} else base if base == "Q8_0" else "Q6_K")
    if name == "token_embd":
        special = {"IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S", "IQ3_XXS": "IQ3_S"}
        return _constant(special.get(mix, "Q2_K" if mix in SMALL else base))
    if mix in SMALL:
        return _small_rule(mix, name, base, gqa, experts, n)
    if name == "attn_v":
        return _value_rule(mix, base, gqa, experts, seventy, n)
    if name == "ffn_down":
        return _down_rule(mix, base, experts, n)
    if name == "attn_output":
        return _constant(_output_type(mix, base, experts))
    if name == "attn_qkv":
        wider = {"Q3_K_M": "Q4_K", "Q3_K_L": "Q4_K", "IQ3_M": "Q4_K", "Q4_K_M": "Q5_K", "Q5_K_M": "Q6_K"}
        return _constant(wider.get(mix, base))
    if name in ("attn_q", "attn_k"):
        if name == "attn_k" and experts == 8:
            return _constant("Q8_0")
        return _constant({"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(mix, base))
    if name == "ffn_up" and mix == "IQ3_XS":
        return lambda i: "IQ3_XXS" if n // 8 <= i < 7 * n // 8 else base
    return _constant(base)


def _constant(name: str) -> Rule:
    return lambda i: name


def _traits(model: Model) -> tuple[int, int, bool]:
    """Query heads a KV head, experts, and whether the quantizer takes the model for a 70B Llama."""
    gqa, experts = 1, 0
    for group in model.layers:
        for mixer in group.mixers:
            if isinstance(mixer, Attention):
                gqa = max(gqa, mixer.heads // mixer.kv_heads)
            elif isinstance(mixer, LatentAttention):
                gqa = max(gqa, 1)
        experts = max([experts, *(f.experts for f in group.ffns if isinstance(f, Moe))])
    seventy = model.architecture == "LlamaForCausalLM" and model.n_layers == 80
    return gqa, experts, seventy


def _small_rule(mix: str, name: str, base: str, gqa: int, experts: int, n: int) -> Rule:
    wide = mix in ("IQ2_S", "IQ2_M")
    if name == "attn_v":
        return _constant("Q4_K" if gqa >= 4 or experts >= 4 else "IQ3_S" if wide else "Q2_K")
    if name == "attn_k" and experts == 8:
        return _constant("Q4_K")
    if name == "ffn_down":
        return lambda i: ("IQ3_S" if wide else "Q2_K") if i < n // 8 else base
    if name == "attn_output":
        small = "IQ2_XXS" if mix in ("IQ1_S", "IQ1_M") else "IQ3_S" if wide else base
        return _constant("Q5_K" if experts == 8 else small)
    return _constant(base)


def _value_rule(mix: str, base: str, gqa: int, experts: int, seventy: bool, n: int) -> Rule:
    many = gqa >= 4

    def rule(i: int) -> str:
        kind = {
            "Q2_K": "Q4_K" if many else "Q3_K",
            "Q2_K_S": "Q4_K" if many else base,
            "IQ3_XXS": "Q4_K" if many else base,
            "IQ3_XS": "Q4_K" if many else base,
            "IQ3_S": "Q4_K" if many else base,
            "IQ3_M": "Q4_K",
            "Q3_K_M": "Q5_K" if i < 2 else "Q4_K",
            "Q3_K_L": "Q5_K",
            "IQ4_NL": "Q5_K" if many else base,
            "IQ4_XS": "Q5_K" if many else base,
            "Q4_K_M": "Q6_K" if more_bits(i, n) else base,
            "Q5_K_M": "Q6_K" if more_bits(i, n) else base,
            "Q4_K_S": "Q5_K" if i < 4 else base,
        }.get(mix, base)
        if seventy and kind in ("Q3_K", "Q4_K"):
            kind = "Q5_K"
        return "Q8_0" if experts == 8 else kind

    return rule


def _down_rule(mix: str, base: str, experts: int, n: int) -> Rule:
    def rule(i: int) -> str:
        first = i < n // 8
        return {
            "Q2_K": "Q3_K",
            "Q2_K_S": "Q4_K" if first else base,
            "Q3_K_M": "Q5_K" if i < n // 16 else "Q4_K",
            "Q3_K_L": "Q5_K",
            "IQ3_M": "Q4_K" if first or (experts == 8 and more_bits(i, n)) else base,
            "IQ4_NL": "Q5_K" if first else base,
            "IQ4_XS": "Q5_K" if first else base,
            "Q4_K_M": "Q6_K" if more_bits(i, n) else base,
            "Q5_K_M": "Q6_K" if more_bits(i, n) else base,
            "Q4_K_S": "Q5_K" if first else base,
        }.get(mix, base)

    return rule


def _output_type(mix: str, base: str, experts: int) -> str:
    if experts == 8 and mix in (
        "Q2_K", "IQ3_XS", "IQ3_XXS", "Q3_K_S", "Q3_K_M", "IQ4_NL", "Q4_K_S", "Q4_K_M", "IQ3_S", "IQ3_M", "IQ4_XS",
    ):  # fmt: skip
        return "Q5_K"
    return {"Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K", "IQ3_M": "Q4_K"}.get(mix, base)
