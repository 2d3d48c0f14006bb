from __future__ import annotations

from typing import Any

import pytest

from models_db.importers.families.experts import moe_pattern, shared_width
from models_db.importers.keys import Keys


@pytest.mark.parametrize(
    ("keys", "layers"),
    [
        ({}, []),
        ({"num_experts": 0}, []),
        ({"num_experts": 8}, [0, 1, 2, 3, 4, 5]),
        ({"n_routed_experts": 8, "first_k_dense_replace": 2}, [2, 3, 4, 5]),
        ({"num_experts": 8, "decoder_sparse_step": 2}, [1, 3, 5]),
        ({"num_experts": 8, "mlp_only_layers": [0, 5]}, [1, 2, 3, 4]),
        ({"num_local_experts": 8, "moe_layers": [3]}, [3]),
        ({"num_local_experts": 8, "moe_layers_enum": "1,4"}, [1, 4]),
        ({"num_experts": 8, "moe_layer_freq": [0, 1, 1, 0, 0, 0]}, [1, 2]),
    ],
)
def test_which_layers_hold_experts(keys: dict[str, Any], layers: list[int]) -> None:
    assert [i for i, expert in enumerate(moe_pattern(Keys(keys), 6)) if expert] == layers


def test_shared_experts_are_columns_together() -> None:
    assert shared_width(Keys({"shared_expert_intermediate_size": 100}), 8, 0, 4) == 100
    assert shared_width(Keys({"n_shared_experts": 2}), 8, 0, 4) == 16
    assert shared_width(Keys({"model_type": "llama4_text"}), 8, 0, 4) == 8
    assert shared_width(Keys({}), 8, 0, 4) == 0
