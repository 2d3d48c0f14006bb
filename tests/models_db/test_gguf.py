from __future__ import annotations

import pytest

from models_db.formats import find_format, weight_bits
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


def test_biases_of_experts_are_tensors_of_their_own(catalogs: Catalogs) -> None:
    """kyuz0/amd-strix-halo-toolboxes: gpt-oss-120b in MXFP4 has 59.02 GiB."""
    model, fmt = catalogs.models.find("openai/gpt-oss-120b").model, find_format("gguf_mxfp4")
    small = total_params(model) - sum(m.elements for m in matrices(model))
    bits = sum(m.elements * weight_bits(fmt, m, model) for m in matrices(model)) + 32.0 * small
    assert bits / 8.0 / 2**30 == pytest.approx(59.02, abs=0.005)
