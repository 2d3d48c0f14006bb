from __future__ import annotations

import pytest

from models_db.importers.config_json import from_config
from models_db.importers.modules import Leaf, Selection, leaves
from models_db.importers.parts import order_of
from models_db.matrices import total_params
from planner.errors import ModelError
from tests.models_db.conftest import LLAMA

MODEL = from_config(LLAMA, model_id="x/y", source="t", checked="2026-11-29")
DOWN = Leaf(3, "down_proj", "mlp", ("mlp.down_proj",), 8.0)
EXPERT = Leaf(3, "experts_down", "expert", ("mlp.experts.0.down_proj",), 8.0, 4)


def test_the_modules_of_a_model_hold_all_elements_of_its_matrices() -> None:
    held = sum(leaf.elements for leaf in leaves(MODEL, order_of(MODEL.layers)))
    small = sum(group.count * group.small_params for group in MODEL.layers) + MODEL.small_params
    assert held == total_params(MODEL) - small


@pytest.mark.parametrize(
    ("entry", "share"),
    [
        ("model.layers.3.mlp.down_proj", 1), ("model.language_model.layers.3.mlp", 1), ("model.layers.3", 1),
        ("model.layers.3.mlp*", 1), ("*mlp*", 1), ("re:.*down_proj$", 1), ("mlp.down_proj", 1), ("mlp", 1),
        ("model.layers.4.mlp.down_proj", 0), ("model.layers.3.self_attn*", 0), ("mtp.layers.3*", 0), ("down", 0),
        ("model.visual.blocks.3.mlp", 0), ("", 0),
    ],
)  # fmt: skip
def test_an_entry_chooses_the_modules_of_its_name(entry: str, share: float) -> None:
    assert Selection([entry]).share(DOWN) == share


def test_single_experts_are_a_share() -> None:
    assert Selection(["layers.3.mlp.experts.1.down_proj", "layers.3.mlp.experts.2.down_proj"]).share(EXPERT) == 0.5
    assert Selection(["layers.3.mlp.experts*"]).share(EXPERT) == 1


def test_what_could_take_long_is_refused() -> None:
    for entry in ("re:(a+)+$", "*" * 40):
        with pytest.raises(ModelError):
            Selection([entry])
    with pytest.raises(ModelError, match="patterns"):
        Selection(["*a*"] * 300)
