from __future__ import annotations

from models_db.importers.families.omni import left_out
from models_db.importers.keys import Keys


def test_tables_of_ngrams_are_counted_by_their_rows() -> None:
    """[deepseek-ai/DeepSeek-V4.1-Flash config.json]"""
    text = {"engram_num_embeddings": [384_006_168, 384_016_682], "engram_head_dim": 256}
    found = left_out(Keys({"text_config": text}))
    assert [(part.name, part.params) for part in found] == [("Engram tables", 196_613_849_600)]


def test_parts_whose_shapes_are_not_stated_are_named() -> None:
    found = left_out(Keys({"talker_config": {}, "token2wav_config": {"x": 1}}))
    assert [(part.name, part.params) for part in found] == [("talker", None), ("token2wav", None)]
    assert left_out(Keys({})) == ()
