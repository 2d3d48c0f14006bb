from __future__ import annotations

import pytest

from models_db.quantization_loss import evidence, format_of, losses
from planner.catalogs import Catalogs
from tests.planner.quant.conftest import MODEL


def test_the_nearest_model_is_of_the_family_and_size(catalogs: Catalogs) -> None:
    found = evidence("awq_int4_g128", catalogs.models.find("meta-llama/Llama-3.3-70B-Instruct").model)
    assert found is not None
    assert not found.same_model
    assert "70B" in found.loss.model or "65B" in found.loss.model
    nearest = evidence("awq_int4_g128", catalogs.models.find(MODEL).model)
    assert nearest is not None
    assert nearest.loss in losses()["awq_int4_g128"]
    assert evidence("nvfp4", catalogs.models.find(MODEL).model) is None


@pytest.mark.parametrize(
    ("scheme", "fmt"),
    [
        ("GGUF q4_K_M (imatrix WT 10m)", "gguf_q4_k_m"), ("INT4 AWQ", "awq_int4_g128"), ("FP8_BLOCK RTN", "fp8_block"),
        ("KV cache FP8", "kv fp8"), ("INT2 W2G128 AWQ", None), ("INT8 GPTQ", "int8_weight_only"),
    ],
)  # fmt: skip
def test_schemes_are_read(scheme: str, fmt: str | None) -> None:
    assert format_of(scheme) == fmt
