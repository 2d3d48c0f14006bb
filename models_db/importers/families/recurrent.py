"""Models without any softmax attention: Mamba, FalconMamba, RWKV."""

from __future__ import annotations

from models_db.importers.families.layered import finish
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.schema import Dense, Layers, LinearAttention, StateSpace


def mamba(k: Keys, name: str) -> Parts:
    """Mamba-1: one mixer and one norm a layer. Source: transformers, modeling_mamba.py."""
    hidden = k.count("hidden_size", "d_model")
    inner = k.count("intermediate_size", "d_inner", default=k.count("expand", default=2) * hidden)
    rank = -(-hidden // 16) if k.raw("time_step_rank") in (None, "auto") else k.count("time_step_rank")
    ssm = StateSpace(
        variant="mamba1", inner=inner, state=k.count("state_size", default=16), conv=k.count("conv_kernel", default=4),
        dt_rank=rank,
    )  # fmt: skip
    small = inner * ssm.conv + inner * k.flag("use_conv_bias", default=True) + inner + inner * ssm.state + inner
    layer = Layers(count=k.layers("num_hidden_layers", "n_layer"), mixers=(ssm,), small_params=small + hidden)
    return finish(k, hidden, [layer], tied=name == "MambaForCausalLM")


def rwkv7(k: Keys, name: str) -> Parts:
    """RWKV-7: a matrix-valued state of each head, small low-rank parts, a plain feed-forward block.

    Equation: 2DV + 4D + LD(12D + 2(dw + da + dv + dg) + 19) - (2 D dv + D). Source: RWKV-7, arXiv 2503.14456.
    """
    n, h = k.layers("num_hidden_layers", "n_layer"), k.count("hidden_size", "n_embd")
    dim = k.count("head_dim", "head_size", default=64)
    ranks = [k.count(f"{part}_low_rank_dim", default=_rank(h, part)) for part in ("decay", "a", "v", "gate")]
    mixer = LinearAttention(variant="rwkv7", k_heads=h // dim, v_heads=h // dim, k_dim=dim, v_dim=dim)
    ffn = Dense(intermediate=k.count("intermediate_size", default=4 * h), gated=False)
    small = 2 * h * sum(ranks) + 19 * h
    # The first layer has no value of a layer before it to mix in.
    smalls = [small - 2 * h * ranks[2] - h] + [small] * (n - 1)
    layers = [Layers(count=1, mixers=(mixer,), ffns=(ffn,), small_params=each) for each in smalls]
    return finish(k, h, layers, small_params=3 * h)


def _rank(h: int, part: str) -> int:
    """Ranks of the published models, by width. Source: the table of arXiv 2503.14456."""
    tables = {
        "decay": {768: 64, 1024: 64, 2048: 96, 2560: 96, 4096: 128},
        "a": {768: 64, 1024: 64, 2048: 96, 2560: 96, 4096: 128},
        "v": {768: 32, 1024: 32, 2048: 64, 2560: 64, 4096: 96},
        "gate": {768: 128, 1024: 128, 2048: 256, 2560: 320, 4096: 480},
    }
    return tables[part].get(h, 64)


BUILDERS = {
    "MambaForCausalLM": mamba,
    "FalconMambaForCausalLM": mamba,
    "RWKV7ForCausalLM": rwkv7,
    "Rwkv7ForCausalLM": rwkv7,
}
