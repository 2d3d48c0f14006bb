from __future__ import annotations

import pytest

from models_db.importers.families.state_space import BUILDERS, falcon_h1, jamba, mamba2, nemotron_h
from models_db.importers.keys import Keys
from models_db.schema import Attention, Dense, Moe, StateSpace
from planner.errors import ModelError

MIXER = {
    "hidden_size": 64, "vocab_size": 100, "mamba_num_heads": 4, "mamba_head_dim": 8, "ssm_state_size": 16,
    "conv_kernel": 4, "n_groups": 2, "intermediate_size": 128,
}  # fmt: skip
ATTENTION = {"num_attention_heads": 8, "num_key_value_heads": 2}


def test_a_pure_state_space_model_has_one_group_of_mixers_and_nothing_else() -> None:
    (group,) = mamba2(Keys({**MIXER, "num_hidden_layers": 6}), "Mamba2ForCausalLM").layers
    (mixer,) = group.mixers
    assert isinstance(mixer, StateSpace)
    assert (group.count, group.ffns) == (6, ())
    assert (mixer.inner, mixer.state, mixer.heads) == (32, 16, 4)
    # Convolution over 32 + 2 x 2 x 16 channels with its bias, three numbers a head, two norms.
    assert group.small_params == 96 * 4 + 96 + 3 * 4 + 32 + 64


def test_a_pattern_has_one_part_a_letter() -> None:
    config = {**MIXER, **ATTENTION, "hybrid_override_pattern": "MM*-"}
    layers = nemotron_h(Keys(config), "NemotronHForCausalLM").layers
    assert [group.count for group in layers] == [2, 1, 1]
    assert isinstance(layers[1].mixers[0], Attention)
    assert layers[2].mixers == ()
    (ffn,) = layers[2].ffns
    assert isinstance(ffn, Dense)
    assert not ffn.gated


def test_a_list_of_block_types_is_that_pattern() -> None:
    listed = {**MIXER, **ATTENTION, "layers_block_type": ["mamba", "mamba", "attention", "mlp"]}
    pattern = {**MIXER, **ATTENTION, "hybrid_override_pattern": "MM*-"}
    assert nemotron_h(Keys(listed), "").layers == nemotron_h(Keys(pattern), "").layers


@pytest.mark.parametrize("pattern", ["", "MX", "M" * 5000])
def test_another_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ModelError, match="hybrid_override_pattern"):
        nemotron_h(Keys({**MIXER, **ATTENTION, "hybrid_override_pattern": pattern}), "")


def test_mixers_side_by_side_are_two_of_one_layer() -> None:
    (group,) = falcon_h1(Keys({**MIXER, **ATTENTION, "num_hidden_layers": 3}), "FalconH1ForCausalLM").layers
    assert [type(mixer) for mixer in group.mixers] == [Attention, StateSpace]


def test_periods_and_offsets_place_attention_and_experts() -> None:
    """Attention in layer 4 of 8, experts in the odd ones: 4 of state space with experts, 3 without, 1 of attention."""
    config = {
        **ATTENTION, "hidden_size": 64, "vocab_size": 100, "num_hidden_layers": 8, "mamba_expand": 2,
        "mamba_d_state": 16, "mamba_d_conv": 4, "intermediate_size": 128, "num_experts": 16, "num_experts_per_tok": 2,
        "attn_layer_offset": 4, "attn_layer_period": 8, "expert_layer_offset": 1, "expert_layer_period": 2,
    }  # fmt: skip
    layers = jamba(Keys(config), "JambaForCausalLM").layers
    found = {(type(group.mixers[0]), type(group.ffns[0])): group.count for group in layers}
    assert found == {(StateSpace, Moe): 4, (StateSpace, Dense): 3, (Attention, Dense): 1}


def test_every_class_has_its_builder() -> None:
    assert all(name.endswith("ForCausalLM") for name in BUILDERS)
