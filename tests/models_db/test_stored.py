from __future__ import annotations

import pytest

from models_db.catalog import ModelCatalog
from models_db.formats import find_format
from models_db.matrices import total_params
from models_db.stored import stored_bytes


# Sums of the sizes of the safetensors files on the hub [GB].
@pytest.mark.parametrize(
    ("name", "gb"), [("meta-llama/Llama-3.1-8B-Instruct", 16.06), ("meta-llama/Llama-3.3-70B-Instruct", 141.11)]
)
def test_a_16_bit_checkpoint_is_as_large_as_its_files(name: str, gb: float) -> None:
    model = ModelCatalog().find(name).model
    stored = stored_bytes(model, find_format("bf16"))
    assert stored == pytest.approx(gb * 1e9, rel=1e-3)
    assert stored == pytest.approx(2.0 * total_params(model), rel=1e-9)


def test_eight_bits_take_a_little_more_than_half() -> None:
    model = ModelCatalog().find("meta-llama/Llama-3.3-70B-Instruct").model
    half = stored_bytes(model, find_format("fp8")) / stored_bytes(model, find_format("bf16"))
    assert 0.5 < half < 0.53
