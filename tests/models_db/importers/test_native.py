from __future__ import annotations

from typing import Any

import pytest

from models_db.importers.keys import Keys
from models_db.importers.native import native_format


@pytest.mark.parametrize(
    ("scheme", "fmt"),
    [
        ({"quant_method": "fp8"}, "fp8"),
        ({"quant_method": "fp8", "weight_block_size": [128, 128]}, "fp8_block"),
        ({"quant_method": "mxfp4"}, "mxfp4"),
        ({"quant_method": "awq", "group_size": 128, "bits": 4}, "awq_int4_g128"),
        ({"quant_method": "gptq", "group_size": 32, "bits": 4}, "gptq_int4_g32"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bnb_nf4"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
        ({"quant_method": "compressed-tensors", "config_groups": {"g": {"weights": {"num_bits": 8, "type": "float"}}}},
         "fp8"),
    ],
)  # fmt: skip
def test_a_scheme_is_read_as_its_format(scheme: dict[str, Any], fmt: str) -> None:
    top = Keys({"dtype": "bfloat16", "quantization_config": scheme})
    native, notes = native_format(top, top)
    assert (native.format, notes) == (fmt, [])


def test_an_unknown_scheme_is_named_and_not_guessed() -> None:
    top = Keys({"torch_dtype": "float16", "quantization_config": {"quant_method": "brand-new"}})
    native, notes = native_format(top, top)
    assert native.format == "fp16"
    assert "brand-new" in notes[0]


def test_roles_that_the_scheme_leaves_out_are_left_out() -> None:
    scheme = {"quant_method": "fp8", "ignore": ["re:.*self_attn.*"]}
    native, _ = native_format(Keys({"quantization_config": scheme}), Keys({}))
    assert native.roles == ("mlp", "expert", "shared_expert")
