"""State-space mixers, alone, between layers of softmax attention, or beside it."""

from __future__ import annotations

from models_db.importers.families.layered import experts_of, finish, gqa
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.schema import Dense, FeedForward, Layers, Mixer, Moe, StateSpace
from planner.errors import ModelError


def _mamba2(k: Keys, hidden: int) -> tuple[StateSpace, int]:
    heads = k.count("mamba_num_heads", "mamba_n_heads", "num_heads")
    dim = k.count("mamba_head_dim", "mamba_d_head", "head_dim")
    inner = k.count("mamba_d_ssm", default=heads * dim)
    mixer = StateSpace(
        variant="mamba2",
        inner=inner,
        state=k.count("ssm_state_size", "mamba_d_state", "state_size"),
        conv=k.count("conv_kernel", "mamba_d_conv"),
        heads=heads,
        groups=k.count("n_groups", "mamba_n_groups"),
    )
    width = inner + 2 * mixer.groups * mixer.state
    norm = inner if k.flag("mamba_rms_norm", default=True) else 0
    return mixer, width * mixer.conv + width + 3 * heads + norm


def nemotron_h(k: Keys, name: str) -> Parts:
    """Blocks of one part each, named by a pattern: M Mamba-2, * attention, - MLP, E experts."""
    hidden = k.count("hidden_size")
    pattern = _block_pattern(k)
    if set(pattern) - set("M*-E") or not pattern or len(pattern) > 4096:
        raise ModelError("hybrid_override_pattern: expected the letters M, *, - and E")
    ssm, ssm_small = _mamba2(k, hidden)
    table: dict[str, tuple[tuple[Mixer, ...], tuple[FeedForward, ...], int]] = {"M": ((ssm,), (), ssm_small)}
    if "*" in pattern:
        table["*"] = ((gqa(k, hidden),), (), 0)
    if "-" in pattern:
        table["-"] = ((), (Dense(intermediate=k.count("intermediate_size"), gated=False),), 0)
    if "E" in pattern:
        table["E"] = ((), (experts_of(k, 0, len(pattern)).model_copy(update={"gated": False}),), 0)
    layers = [
        Layers(count=1, mixers=mixers, ffns=ffns, small_params=small + hidden)
        for mixers, ffns, small in (table[letter] for letter in pattern)
    ]
    return finish(k, hidden, layers)


def _block_pattern(k: Keys) -> str:
    if "hybrid_override_pattern" in k or "layers_block_type" not in k:
        return k.text("hybrid_override_pattern")
    letters = {"mamba": "M", "attention": "*", "mlp": "-", "moe": "E"}
    return "".join(letters.get(str(kind), "?") for kind in k.items_of("layers_block_type"))


def granite_hybrid(k: Keys, name: str) -> Parts:
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    kinds = k.items_of("layer_types", n)[:n] if "layer_types" in k else k.items_of("layers_block_type", n)[:n]
    ssm, ssm_small = _mamba2(k, hidden)
    attention = gqa(k, hidden)
    shared = k.count("shared_intermediate_size", default=0, least=0)
    if k.count("num_local_experts", default=0, least=0):
        ffn: Dense | Moe = Moe(
            experts=k.count("num_local_experts"),
            topk=k.count("num_experts_per_tok"),
            intermediate=k.count("intermediate_size"),
            shared=shared,
        )
    else:
        ffn = Dense(intermediate=shared or k.count("intermediate_size"))
    layers = [
        Layers(
            count=1,
            mixers=(attention if kind == "attention" else ssm,),
            ffns=(ffn,),
            small_params=2 * hidden + (0 if kind == "attention" else ssm_small),
        )
        for kind in kinds
    ]
    return finish(k, hidden, layers, tied=True)


def falcon_h1(k: Keys, name: str) -> Parts:
    """Attention and Mamba-2 side by side in every layer."""
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    ssm, ssm_small = _mamba2(k, hidden)
    layer = Layers(
        count=n,
        mixers=(gqa(k, hidden), ssm),
        ffns=(Dense(intermediate=k.count("intermediate_size")),),
        small_params=2 * hidden + ssm_small,
    )
    return finish(k, hidden, [layer])


def jamba(k: Keys, name: str) -> Parts:
    n, hidden = k.layers("num_hidden_layers"), k.count("hidden_size")
    inner = hidden * k.count("mamba_expand")
    rank = k.raw("mamba_dt_rank")
    dt_rank = -(-hidden // 16) if rank in (None, "auto") else k.count("mamba_dt_rank")
    ssm = StateSpace(
        variant="mamba1", inner=inner, state=k.count("mamba_d_state"), conv=k.count("mamba_d_conv"), dt_rank=dt_rank
    )
    # conv with bias, dt bias, A, D, and the three norms of dt, B and C
    ssm_small = inner * ssm.conv + inner + inner + inner * ssm.state + inner + dt_rank + 2 * ssm.state
    attention = gqa(k, hidden)
    dense = Dense(intermediate=k.count("intermediate_size"))
    moe = Moe(
        experts=k.count("num_experts"),
        topk=k.count("num_experts_per_tok"),
        intermediate=k.count("intermediate_size"),
    )
    a_off, a_step = k.count("attn_layer_offset", least=0), k.count("attn_layer_period")
    e_off, e_step = k.count("expert_layer_offset", least=0), k.count("expert_layer_period")
    layers = []
    for i in range(n):
        softmax = i % a_step == a_off
        layers.append(
            Layers(
                count=1,
                mixers=(attention if softmax else ssm,),
                ffns=(moe if i % e_step == e_off else dense,),
                small_params=2 * hidden + (0 if softmax else ssm_small),
            )
        )
    return finish(k, hidden, layers)


def mamba2(k: Keys, name: str) -> Parts:
    hidden = k.count("hidden_size")
    ssm, small = _mamba2(k, hidden)
    layer = Layers(count=k.layers("num_hidden_layers"), mixers=(ssm,), small_params=small + hidden)
    return finish(k, hidden, [layer])


BUILDERS = {
    "NemotronHForCausalLM": nemotron_h,
    "GraniteMoeHybridForCausalLM": granite_hybrid,
    "FalconH1ForCausalLM": falcon_h1,
    "JambaForCausalLM": jamba,
    "Mamba2ForCausalLM": mamba2,
}
