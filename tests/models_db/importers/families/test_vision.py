from __future__ import annotations

from models_db.importers.families.vision import params, siglip
from models_db.importers.keys import Keys
from models_db.importers.parts import Parts

PARTS = Parts(hidden=32, vocab=10, tied=False, layers=())


def test_a_siglip_tower_by_hand() -> None:
    """One layer of width 8, four patches of 2 x 2: embedding, block, last norm, projector and its norm."""
    v = Keys({"hidden_size": 8, "num_hidden_layers": 1, "patch_size": 2, "image_size": 4, "intermediate_size": 16})
    embed = 3 * 4 * 8 + 8 + 4 * 8
    block = 4 * 8 * 8 + 2 * 8 * 16 + (4 * 8 + 16 + 8) + 4 * 8
    assert siglip(v, v, PARTS) == embed + block + 2 * 8 + 8 * 32 + 8


def test_a_tower_that_cannot_be_counted_is_named() -> None:
    assert params(Keys({}), "BrandNewForCausalLM", PARTS).params == 0
    found = params(Keys({"vision_config": {}}), "BrandNewForCausalLM", PARTS)
    assert found.params == 0
    assert "BrandNewForCausalLM left out" in found.notes[0]
