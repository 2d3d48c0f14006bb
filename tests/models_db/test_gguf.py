from __future__ import annotations

import pytest

from models_db.gguf import mean_bits
from models_db.matrices import matrices, total_params
from planner.catalogs import Catalogs


@pytest.mark.parametrize(
    ("mix", "bpw"),
    # llama.cpp tools/quantize/README.md, Llama-3.1-8B
    [
        ("Q4_K_M", 4.8944),
        ("Q5_K_M", 5.7036),
        ("Q6_K", 6.5633),
        ("Q8_0", 8.5008),
        ("IQ2_XXS", 2.3824),
        ("Q3_K_L", 4.2979),
    ],
)
def test_gguf_mixes_have_the_published_bits(catalogs: Catalogs, mix: str, bpw: float) -> None:
    model = catalogs.models.find("meta-llama/Llama-3.1-8B").model
    bits = sum(m.elements * mean_bits(mix, m, model) for m in matrices(model))
    assert bits / total_params(model) == pytest.approx(bpw, rel=0.003)
