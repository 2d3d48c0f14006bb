from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_db.formats import find_format, weight_bits
from models_db.importers.config_json import from_config
from models_db.matrices import matrices
from models_db.schema import Model
from planner.errors import ModelError
from tests.consistency.drawn import at_random
from tests.models_db.conftest import LLAMA

MOE = LLAMA | {"architectures": ["Qwen3MoeForCausalLM"], "num_experts": 8, "num_experts_per_tok": 2,
               "moe_intermediate_size": 768, "shared_expert_intermediate_size": 512}  # fmt: skip


def built(scheme: Any, base: dict[str, Any] = LLAMA, **more: Any) -> Model:
    config = base | {"torch_dtype": "bfloat16", "quantization_config": scheme} | more
    return from_config(config, model_id="x/y", source="t", checked="2026-11-29")


def mix(model: Model) -> dict[tuple[str, str], float]:
    return {(share.matrix, share.format): round(share.part, 4) for share in model.native.mix}


def grouped(**weights: Any) -> dict[str, Any]:
    return {"quant_method": "compressed-tensors", "ignore": ["lm_head"],
            "config_groups": {"g": {"weights": weights, "targets": ["Linear"]}}}  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "fmt"),
    [
        ({"quant_method": "fp8"}, "fp8"),
        ({"quant_method": "fp8", "weight_block_size": [128, 128]}, "fp8_block"),
        ({"quant_method": "fp8", "weight_block_size": [1, 32], "scale_fmt": "ue8m0"}, "mxfp8"),
        ({"quant_method": "fbgemm_fp8"}, "fp8_channel"),
        ({"quant_method": "mxfp8"}, "mxfp8"),
        ({"quant_method": "awq", "group_size": 128, "bits": 4}, "awq_int4_g128"),
        ({"quant_method": "gptq", "group_size": 32, "bits": 4}, "gptq_int4_g32"),
        ({"quant_method": "gptq", "group_size": -1, "bits": 4}, "gptq_int4_g128"),
        ({"quant_method": "gptq", "group_size": 128, "bits": 8}, "int8_weight_only"),
        ({"quant_method": "auto-round", "group_size": 64, "bits": 4, "sym": True}, "gptq_int4_g64"),
        ({"quant_method": "auto-round", "bits": 4, "data_type": "mx_fp", "group_size": 32}, "mxfp4_all"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bnb_nf4"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
        ({"quant_method": "modelopt", "quant_algo": "MXFP8"}, "mxfp8"),
        (grouped(num_bits=8, type="float"), "fp8"),
        (grouped(num_bits=8, type="float", strategy="channel"), "fp8_channel"),
        (grouped(num_bits=8, type="float", strategy="block"), "fp8_block"),
        (grouped(num_bits=4, type="float", group_size=16), "nvfp4"),
        (grouped(num_bits=4, type="float", group_size=32), "mxfp4_all"),
        (grouped(num_bits=4, type="int", group_size=128, symmetric=True), "gptq_int4_g128"),
        (grouped(num_bits=4, type="int", group_size=128, symmetric=False), "awq_int4_g128"),
        ({"quant_method": "quark", "global_quant_config": {"weight": {"dtype": "fp4", "group_size": 32}}}, "mxfp4_all"),
        ({"quant_method": "quark", "global_quant_config": {"weight": {"dtype": "fp8_e4m3"}}}, "fp8"),
    ],
)
def test_a_scheme_is_read_as_its_format(scheme: dict[str, Any], fmt: str) -> None:
    model = built(scheme)
    assert (model.native.format, model.native.mix, model.notes) == (fmt, (), ())


def test_an_unknown_scheme_is_named_and_not_guessed() -> None:
    model = built({"quant_method": "brand-new"}, torch_dtype="float16")
    assert model.native.format == "fp16"
    assert "brand-new" in model.notes[0]


@pytest.mark.parametrize("ignore", [["re:.*self_attn.*"], ["*self_attn*"],
                                    [f"model.layers.{i}.self_attn" for i in range(32)],
                                    [f"model.layers.{i}.self_attn.{p}_proj" for i in range(32) for p in "qkvo"],
                                    [f"model.layers.{i}.self_attn*" for i in range(40)]])  # fmt: skip
def test_modules_that_a_list_leaves_out_stay_wide(ignore: list[str]) -> None:
    kept = mix(built({"quant_method": "fp8", "ignore": ignore}))
    assert kept == {("q_proj", "bf16"): 1, ("kv_proj", "bf16"): 1, ("o_proj", "bf16"): 1}


def test_single_layers_single_projections_and_single_experts_are_shares() -> None:
    some = mix(built({"quant_method": "fp8", "ignore": [f"model.layers.{i}.mlp.down_proj" for i in range(8)]}))
    assert some == {("down_proj", "bf16"): 0.25, ("down_proj", "fp8"): 0.75}
    half = mix(built({"quant_method": "fp8", "ignore": ["re:.*k_proj"]}))
    assert half == {("kv_proj", "bf16"): 0.5, ("kv_proj", "fp8"): 0.5}
    experts = [f"model.layers.{i}.mlp.experts.{e}.down_proj" for i in range(32) for e in range(2)]
    assert mix(built({"quant_method": "fp8", "ignore": experts}, MOE)) == {
        ("experts_down", "bf16"): 0.25, ("experts_down", "fp8"): 0.75,
    }  # fmt: skip


def test_a_gate_of_shared_experts_is_not_the_shared_experts() -> None:
    ignore = [f"model.layers.{i}.mlp.shared_expert_gate" for i in range(32)]
    assert mix(built({"quant_method": "fp8", "ignore": ignore}, MOE)) == {}
    ignore = [f"model.layers.{i}.mlp.shared_expert" for i in range(32)]
    assert set(mix(built({"quant_method": "fp8", "ignore": ignore}, MOE))) == {
        ("shared_up", "bf16"), ("shared_down", "bf16"),
    }  # fmt: skip


def test_mixed_precision_tells_the_format_of_each_module() -> None:
    listed = {f"model.layers.{i}.self_attn.{p}_proj": {"quant_algo": "FP8"} for i in range(32) for p in "qkvo"}
    listed |= {f"model.layers.{i}.mlp.{p}_proj": {"quant_algo": "W4A16_NVFP4", "group_size": 16}
               for i in range(32) for p in ("gate", "up", "down")}  # fmt: skip
    scheme = {"quant_algo": "MIXED_PRECISION", "kv_cache_quant_algo": "FP8", "quantized_layers": listed}
    extra = {"producer": {"name": "modelopt"}, "quantization": scheme}
    model = from_config(LLAMA, model_id="x/y", source="t", checked="2026-11-29", quantization=extra)
    assert (model.native.format, model.native.kv) == ("nvfp4", "fp8")
    assert mix(model) == {(name, "fp8"): 1 for name in ("q_proj", "kv_proj", "o_proj")}
    fmt = find_format("nvfp4")
    bits = {m.name: weight_bits(fmt, m, model) for m in matrices(model)}
    assert (bits["q_proj"], bits["down_proj"], bits["lm_head"]) == (8, 4.5, 16)
    assert not any(fmt.covers(model, m) for m in matrices(model) if m.role == "attention")


def test_groups_have_targets() -> None:
    groups = {"a": {"weights": {"num_bits": 8, "type": "float"}, "targets": ["re:.*self_attn.*"]},
              "b": {"weights": {"num_bits": 4, "type": "float", "group_size": 16}, "targets": ["Linear"]}}  # fmt: skip
    model = built({"quant_method": "compressed-tensors", "config_groups": groups})
    assert model.native.format == "nvfp4"
    assert mix(model) == {(name, "fp8"): 1 for name in ("q_proj", "kv_proj", "o_proj")}


def test_experts_have_a_type_of_their_own() -> None:
    model = built({"quant_method": "fp8", "weight_block_size": [128, 128], "expert_dtype": "fp4"}, MOE)
    assert model.native.format == "mxfp4"
    assert mix(model)["q_proj", "fp8_block"] == 1
    assert ("experts_up", "mxfp4") not in mix(model)


def test_other_bits_of_single_modules_are_read() -> None:
    extra = {"model.layers.0.mlp.down_proj": {"bits": 16}, "model.layers.1.mlp.down_proj": {"bits": 8}}
    scheme = {"quant_method": "auto-round", "bits": 4, "group_size": 128, "extra_config": extra}
    kept = mix(built(scheme))
    assert kept["down_proj", "bf16"] == kept["down_proj", "int8_weight_only"] == round(1 / 32, 4)
    dynamic = {"-:.*attn.*": {}}
    kept = mix(built({"quant_method": "gptq", "bits": 4, "group_size": 128, "dynamic": dynamic}))
    assert set(kept) == {("q_proj", "bf16"), ("kv_proj", "bf16"), ("o_proj", "bf16")}


def test_mlx_narrows_the_embedding_and_the_head_too() -> None:
    model = from_config(LLAMA | {"quantization": {"group_size": 64, "bits": 4}}, model_id="x/y", source="t",
                        checked="2026-11-29")  # fmt: skip
    assert model.native.format == "mlx_4bit_g64"
    fmt = find_format("mlx_4bit_g64")
    assert {weight_bits(fmt, m, model) for m in matrices(model)} == {4.5}


@pytest.mark.parametrize("entry", ["re:(a+)+b", "re:(.*)*", "re:" + ".*" * 40, "*" * 40, "re:[", "re:(?P<x>a)"])
def test_expressions_that_could_take_long_are_refused_in_one_line(entry: str) -> None:
    with pytest.raises(ModelError) as caught:
        built({"quant_method": "fp8", "ignore": [entry]})
    assert "\n" not in str(caught.value)


WORDS = st.sampled_from([
    "model.layers.0.mlp", "re:.*", "*", "lm_head", "layers.1.self_attn*", "mlp.experts.3.w1", "NVFP4", "FP8", "fp4",
    "int", "MIXED_PRECISION", "Linear", "group", "{}", "[]",
])  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-4, 300) | st.floats() | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=4),
    max_leaves=16,
)
KEYS = st.sampled_from([
    "quant_method", "quant_algo", "bits", "group_size", "ignore", "modules_to_not_convert", "exclude_modules",
    "config_groups", "quantized_layers", "kv_cache_scheme", "extra_config", "global_quant_config", "dynamic", "mode",
    "layer_quant_config", "weight_block_size", "expert_dtype", "data_type", "packing_format", "lm_head", "export",
])  # fmt: skip
METHODS = st.sampled_from([
    "awq", "gptq", "auto-round", "fp8", "mxfp4", "modelopt", "compressed-tensors", "quark", "bitsandbytes",
])  # fmt: skip


@at_random(25, 600)
@given(scheme=st.dictionaries(KEYS, ANY, max_size=6), method=METHODS, experts=st.booleans())
def test_any_scheme_is_a_format_whose_bits_are_known_or_one_line(
    scheme: dict[str, Any], method: str, experts: bool
) -> None:
    message = ""
    try:
        model = built({"quant_method": method} | scheme, MOE if experts else LLAMA)
    except ModelError as error:
        message = str(error)
    else:
        fmt = find_format(model.native.format)
        assert all(0 < weight_bits(fmt, matrix, model) <= 32 for matrix in matrices(model))
    assert "\n" not in message
    assert len(message) < 500
