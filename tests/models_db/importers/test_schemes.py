from __future__ import annotations

import pytest

from models_db.formats import formats
from models_db.importers.keys import Keys
from models_db.importers.schemes import ALGORITHMS, scheme_of


def test_every_algorithm_means_a_format_with_a_record() -> None:
    assert set(ALGORITHMS.values()) <= set(formats())


@pytest.mark.parametrize(("stated", "kv"), [({"num_bits": 8, "type": "float"}, "fp8"), ("FP8", "fp8"), (None, None)])
def test_the_scales_of_a_cache_are_read(stated: object, kv: str | None) -> None:
    assert scheme_of(Keys({"quant_algo": "FP8", "kv_cache_scheme": stated})).kv == kv


def test_a_config_held_as_text_is_read() -> None:
    listed = '{"model.layers.0.mlp.up_proj": {"quant_algo": "NVFP4"}}'
    scheme = scheme_of(Keys({"quant_algo": "MIXED_PRECISION", "quantized_layers": listed}))
    assert [fmt for _, fmt in scheme.rules] == ["nvfp4"]


def test_what_is_not_known_is_named() -> None:
    assert scheme_of(Keys({"quant_method": "brand-new"})).unknown == "brand-new"
