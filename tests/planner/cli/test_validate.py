from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner.cli.main import main
from planner.evidence import FOLDER, memory
from planner.evidence.llamacpp import COLUMNS
from tests.planner.evidence.conftest import POINT, SPEED, log_row


def test_points_out_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "p.csv", tmp_path / "o.csv"
    with source.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(POINT))
        writer.writeheader()
        writer.writerows([POINT, POINT | {"gpu": "H999"}, POINT | {"load": "offline"}])
    assert main(["validate", "--points", str(source), "--out", str(target)]) == 0
    capsys.readouterr()
    with target.open() as handle:
        rows = list(csv.DictReader(handle))
    assert [row["load"] for row in rows] == ["closed_loop", "closed_loop", "offline"]
    assert [bool(row["error"]) for row in rows] == [False, True, False]


def test_out_keeps_rows_and_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [log_row(), log_row(model_hf_id="no/such-model-at-all"), log_row(engine_version="0.21.0")]
    with source.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert main(["validate", "--memory", str(source), "--out", str(target)]) == 0
    with target.open() as handle:
        written = list(csv.DictReader(handle))
    assert [r["engine_version"] for r in written] == ["0.8.5", "0.8.5", "0.21.0"]
    assert [bool(r["error"]) for r in written] == [False, True, False]
    assert list(written[0])[-len(memory.COLUMNS) :] == list(memory.COLUMNS)
    assert "3 rows" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "engine,model_hf_id\nvllm,x\n", "\x00\xff"])
def test_a_bad_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content.encode("latin-1"))
    assert main(["validate", "--memory", str(path), "--out", str(tmp_path / "o.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "o.csv").exists()


def test_unstated_rows_of_a_file_count_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    counts = []
    for more in ([], ["--unstated"]):
        assert main(["validate", "--memory", str(FOLDER / "memory.csv"), "--format", "json", *more]) == 0
        counts.append({row["figure"]: row["rows"] for row in json.loads(capsys.readouterr().out)})
    assert set(counts[0]) == set(counts[1]) != set()
    assert all(counts[0][figure] < counts[1][figure] for figure in counts[0])


def test_a_file_of_another_kind_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    source.write_text("gpu,model,quant,test,tok_s\nRTX 4090,Llama-3-8B,Q4_K_M,tg128,130\n")
    assert main(["validate", "--points", str(source), "--out", str(target)]) == 0
    assert "read as llama.cpp speeds (--llamacpp)" in capsys.readouterr().err
    assert float(next(csv.DictReader(target.read_text().splitlines()))["pred_tok_s"]) > 0


def test_a_file_of_no_kind_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("a,b\n1,2\n")
    assert main(["validate", "--memory", str(source)]) == 2
    assert capsys.readouterr().err.strip() == (
        f"gpuplan: {source}: no column 'engine', 'model_hf_id', 'tp' (--memory needs engine, model_hf_id, tp)"
    )


def test_a_file_of_speeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "s.csv", tmp_path / "o.csv"
    with source.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, [*SPEED, "tok_s"])
        writer.writeheader()
        writer.writerows([SPEED | {"tok_s": "100"}, SPEED | {"test": "pp512", "tok_s": "2000"}, SPEED | {"gpu": "?"}])
    assert main(["validate", "--llamacpp", str(source), "--out", str(target), "--format", "json"]) == 0
    assert "llama.cpp prompt" in capsys.readouterr().out
    with target.open() as handle:
        rows = list(csv.DictReader(handle))
    assert [bool(row["error"]) for row in rows] == [False, False, True]
    assert set(COLUMNS) <= set(rows[0])
