from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.catalogs import Catalogs
from planner.cli.main import main
from planner.evidence.judge import cross_validation
from planner.evidence.llamacpp import COLUMNS, evidence_rows, predict_rows, read_point
from planner.physics.coefficients import Coefficients

SHIPPED = Coefficients.shipped()

ROW = {"gpu": "3090 24GB", "gpu_count": "1", "model": "Llama-3-8B", "quant": "Q4_K_M", "test": "tg128"}


def speed(catalogs: Catalogs, **cells: str) -> float:
    out = next(iter(predict_rows([ROW | cells], catalogs, SHIPPED)))
    assert out["error"] == ""
    assert float(out["lo_tok_s"]) < float(out["pred_tok_s"]) < float(out["hi_tok_s"])
    return float(out["pred_tok_s"])


@pytest.mark.parametrize(
    ("test", "load", "isl", "osl", "depth"),
    [("tg128", "generation", 1.0, 128.0, 0.0), ("tg32 @ d32768", "generation", 32769.0, 32.0, 32768.0),
     ("decode (128 tok after 512)", "generation", 513.0, 128.0, 512.0), ("pp512", "prompt", 512.0, 1.0, 0.0),
     ("pp2048 @ d65536", "prompt", 2048.0, 1.0, 65536.0)],
)  # fmt: skip
def test_names_of_tests(catalogs: Catalogs, test: str, load: str, isl: float, osl: float, depth: float) -> None:
    point = read_point(ROW | {"test": test}, catalogs)
    assert (point.load, point.isl, point.osl, point.depth) == (load, isl, osl, depth)


@pytest.mark.parametrize(
    ("text", "name"),
    [("3090 24GB", "RTX 3090"), ("Apple M4 Pro 24.0GB", "M4 Pro"), ("M2 Ultra 76-Core GPU 192GB", "M2 Ultra"),
     ("AMD Radeon RX 7900 XT 19.98GB", "RX 7900 XT"), ("NVIDIA GeForce RTX 5090", "RTX 5090"),
     ("AMD Ryzen AI Max+ 395 / Radeon 8060S (Strix Halo, 128 GB LPDDR5X-8000)", "Radeon 8060S")],
)  # fmt: skip
def test_names_of_gpus(catalogs: Catalogs, text: str, name: str) -> None:
    assert read_point(ROW | {"gpu": text}, catalogs).gpu.name == name


def test_what_must_be_slower_is(catalogs: Catalogs) -> None:
    assert speed(catalogs, quant="Q8_0") < speed(catalogs)
    assert speed(catalogs, test="tg128 @ d32768") < speed(catalogs)
    assert speed(catalogs, test="pp2048 @ d32768") < speed(catalogs, test="pp2048")
    assert speed(catalogs, model="meta-llama/Llama-3.1-70B", gpu_count="2") < speed(catalogs, gpu_count="2")
    assert speed(catalogs, test="pp512") > 5 * speed(catalogs)


@pytest.mark.parametrize(
    "cells", [{"gpu": "RTX 0000"}, {"model": "no/thing"}, {"quant": "Q99"}, {"test": "tg0"}, {"test": "tg" + "9" * 30},
              {"gpu_count": "nan"}, {"test": ""}],
)  # fmt: skip
def test_a_bad_row_keeps_its_place(catalogs: Catalogs, cells: dict[str, str]) -> None:
    out = list(predict_rows([ROW, ROW | cells, ROW], catalogs, SHIPPED))
    assert [bool(row["error"]) for row in out] == [False, True, False]
    assert "\n" not in out[1]["error"]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.text(max_size=14), max_size=4))
def test_any_text_is_a_speed_or_an_error(catalogs: Catalogs, cells: dict[str, str]) -> None:
    out = list(predict_rows([ROW | cells], catalogs, SHIPPED))
    assert out[0]["error"] or float(out[0]["pred_tok_s"]) > 0


def test_the_evidence_equals_the_source(shared: Path) -> None:
    with (shared / "measured" / "llamacpp_speed.csv").open() as handle:
        source = list(csv.DictReader(handle))
    assert evidence_rows() == source


def test_a_file_of_speeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "s.csv", tmp_path / "o.csv"
    with source.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, [*ROW, "tok_s"])
        writer.writeheader()
        writer.writerows([ROW | {"tok_s": "100"}, ROW | {"test": "pp512", "tok_s": "2000"}, ROW | {"gpu": "?"}])
    assert main(["validate", "--llamacpp", str(source), "--out", str(target), "--format", "json"]) == 0
    assert "llama.cpp prompt" in capsys.readouterr().out
    with target.open() as handle:
        rows = list(csv.DictReader(handle))
    assert [bool(row["error"]) for row in rows] == [False, False, True]
    assert set(COLUMNS) <= set(rows[0])


def test_the_cross_validation_covers_it() -> None:
    rows = {(r["left_out"], r["load"]): r for r in cross_validation()}
    assert rows["pair", "llama.cpp generation"]["points"] > 1000
    assert rows["pair", "llama.cpp generation"]["median"] < 0.3
