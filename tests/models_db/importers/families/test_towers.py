from __future__ import annotations

from models_db.importers.families.towers import block, linear


def test_a_block_is_four_projections_an_mlp_and_norms() -> None:
    assert block(8, 32, bias=False, norms=2) == 4 * 64 + 2 * 8 * 32 + 16
    assert block(8, 32, bias=True, norms=2, gated=True) == 4 * 64 + 3 * 8 * 32 + (32 + 64 + 8) + 16


def test_linear_layers_follow_one_another() -> None:
    assert linear(4, 8, 2) == (4 * 8 + 8) + (8 * 2 + 2)
