from __future__ import annotations

import csv
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.evidence.kinds import KINDS, kind_of
from tests.planner.measurements.samples import LLAMA_BENCH

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


def test_a_file_without_the_columns_is_told_all_of_them(tmp_path: Path) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("model,tok_s\n")
    with pytest.raises(
        InputError, match=r"no column 'gpu', 'quant', 'test' \(--llamacpp needs gpu, model, quant, test\)$"
    ):
        kind_of(source, "llamacpp")


def test_what_a_tool_wrote_itself_is_for_calibrate(tmp_path: Path) -> None:
    source = tmp_path / "llama-bench.csv"
    with source.open("w", newline="") as handle:
        writer = csv.DictWriter(
            handle, [name for name in LLAMA_BENCH if not name.startswith("samples")], extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerow(LLAMA_BENCH)
    with pytest.raises(InputError, match="it is of llama-bench: gpuplan calibrate reads it"):
        kind_of(source, "llamacpp")
