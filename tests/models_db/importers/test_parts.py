from __future__ import annotations

from models_db.importers.keys import Keys
from models_db.importers.parts import context, grouped, head_dim, rope_positions
from models_db.schema import Dense, Layers


def test_equal_layers_become_one_group_in_order_of_first_appearance() -> None:
    one, other = (Layers(count=1, ffns=(Dense(intermediate=n),)) for n in (8, 16))
    assert [(g.count, g.ffns) for g in grouped([other, one, other, one, one])] == [(2, other.ffns), (3, one.ffns)]


def test_only_linear_scaling_lengthens_the_rope_table() -> None:
    base = {"max_position_embeddings": 4096}
    assert rope_positions(Keys(base | {"rope_scaling": {"type": "linear", "factor": 4.0}})) == 16384
    assert rope_positions(Keys(base | {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}})) is None
    assert rope_positions(Keys(base)) is None


def test_context_and_head_size_have_several_names() -> None:
    assert context(Keys({"n_positions": 1024})) == 1024
    assert context(Keys({})) is None
    assert (head_dim(Keys({}), 4096, 32), head_dim(Keys({"head_dim": 256}), 4096, 32)) == (128, 256)
