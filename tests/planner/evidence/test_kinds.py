from __future__ import annotations

from pathlib import Path

import pytest

from planner.evidence.kinds import KINDS, kind_of

HEADERS = {
    "points": "model,gpu,load,tpot_ms_mean", "llamacpp": "gpu,model,quant,test,tok_s",
    "memory": "engine,model_hf_id,tp,weights_gib", "gguf": "model,quant,kv_mib",
}  # fmt: skip


@pytest.mark.parametrize("asked", [kind.option for kind in KINDS])
@pytest.mark.parametrize("held", HEADERS)
def test_a_file_is_what_its_columns_say(tmp_path: Path, asked: str, held: str) -> None:
    source = tmp_path / "rows.csv"
    source.write_text(HEADERS[held] + "\n")
    assert kind_of(source, asked).option == (asked if (asked, held) == ("gguf", "llamacpp") else held)
