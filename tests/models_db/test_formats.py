from __future__ import annotations

import pytest

from models_db.catalog import ModelCatalog
from models_db.formats import find_format, find_kv_format, formats, kv_formats, weight_bits
from models_db.matrices import matrices
from planner.catalogs import Catalogs
from planner.errors import ModelError

OF_GGML = ("f32", "q5_1", "q5_0", "q4_1", "iq4_nl")


def test_every_asked_format_is_there() -> None:
    wanted = {"fp32", "bf16", "fp16", "fp8", "fp8_channel", "fp8_block", "int8", "int8_weight_only", "bnb_nf4", "nvfp4"}
    wanted |= {"mxfp4", "mxfp8"} | {f"{m}_int4_g{g}" for m in ("awq", "gptq") for g in (32, 64, 128)}
    assert wanted <= set(formats())
    assert sum(f.gguf is not None for f in formats().values()) == 28
    assert set(kv_formats()) == {"bf16", "fp16", "fp8", "int8", "int4", "fp4", "q8_0", "q4_0", *OF_GGML}


@pytest.mark.parametrize(
    ("name", "bits"),
    [("mxfp4", 4.25), ("nvfp4", 4.5), ("mxfp8", 8.25), ("awq_int4_g128", 4 + 20 / 128), ("fp8_block", 8 + 32 / 16384)],
)
def test_bits_with_scales(catalogs: Catalogs, name: str, bits: float) -> None:
    model = catalogs.models.find("openai/gpt-oss-20b").model
    experts = next(m for m in matrices(model) if m.role == "expert")
    assert weight_bits(find_format(name), experts, model) == pytest.approx(bits)


def test_mxfp4_covers_experts_only(catalogs: Catalogs) -> None:
    model = catalogs.models.find("openai/gpt-oss-20b").model
    q = next(m for m in matrices(model) if m.name == "q_proj")
    assert weight_bits(find_format("mxfp4"), q, model) == 16


def test_unknown_formats_get_the_nearest_three() -> None:
    with pytest.raises(ModelError, match=r"nearest: .*, .*, "):
        find_format("int5")
    with pytest.raises(ModelError, match="nearest: "):
        find_kv_format("fp9")
    assert find_format("q4_k_m").id == "gguf_q4_k_m"


def test_k_and_v_of_two_types_are_one_format_that_the_narrower_bounds() -> None:
    kv = find_kv_format("q8_0/q4_0")
    assert (kv.id, kv.bits, kv.coarser) == ("q8_0/q4_0", (8.5 + 4.5) / 2, "q4_0")
    assert find_kv_format("q8_0/q8_0") == find_kv_format("q8_0")
    with pytest.raises(ModelError, match="q9"):
        find_kv_format("q8_0/q9")


def test_an_exl3_head_has_bits_of_its_own() -> None:
    model = ModelCatalog().find("meta-llama/Llama-3.1-8B").model
    fmt = find_format("exl3_4bpw")
    bits = {m.name: weight_bits(fmt, m, model) for m in matrices(model)}
    assert bits["lm_head"] == pytest.approx(6.0, abs=0.02)
    assert bits["down_proj"] == pytest.approx(4.0, abs=0.02)
