from __future__ import annotations

from models_db.importers.families.hybrid import lfm2
from models_db.importers.keys import Keys
from models_db.schema import Attention, ShortConv

LFM2 = {
    "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8,
    "block_ff_dim": 12288, "full_attn_idxs": [2, 5, 8, 10, 12, 14], "vocab_size": 65536,
}  # fmt: skip


def test_layers_that_are_not_attention_are_short_convolutions() -> None:
    counts = {type(g.mixers[0]): g.count for g in lfm2(Keys(LFM2), "Lfm2ForCausalLM").layers}
    assert counts == {Attention: 6, ShortConv: 10}
