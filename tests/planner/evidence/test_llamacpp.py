from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.catalogs import Catalogs
from planner.evidence.llamacpp import evidence_rows, predict_rows, read_point
from planner.evidence.llamacpp import read_point as read_speed
from planner.physics.coefficients import Coefficients
from tests.consistency.drawn import at_random
from tests.planner.evidence.conftest import SPEED

SHIPPED = Coefficients.shipped()


@pytest.mark.parametrize(
    ("build", "comment", "flash", "era"),
    [
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-hip hipblaslt; file 1 B", "0.0", "llama.cpp-2025-hip"),
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-hip; file 1 B", "1.0", "llama.cpp-2025-rocblas-flash"),
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-rocwmma hipblaslt", "1.0", "llama.cpp-2025-hip-wmma"),
        ("a4575513 (5863)", "llama-bench; llama.cpp-rocwmma hipblaslt", "1.0", "llama.cpp-2025-hip-flash"),
        ("83bc2f28 (6077)", "llama-bench; llama.cpp-vulkan_radv", "1.0", "llama.cpp-2025-vulkan"),
        ("1a68ec937 (9193)", "llama-bench; env=vulkan_amdvlk; backend=Vulkan", "1.0", "llama.cpp-amdvlk"),
        ("1a68ec937 (9193)", "llama-bench; env=rocm6_4_4; backend=ROCm", "1.0", "llama.cpp"),
        ("", "", "", "llama.cpp"),
    ],
)
def test_back_ends_of_amd(catalogs: Catalogs, build: str, comment: str, flash: str, era: str) -> None:
    row = {
        "gpu": "Strix Halo", "model": "Llama-3-8B", "quant": "Q4_K_M", "test": "pp512", "build": build,
        "comment": comment, "flash_attn": flash,
    }  # fmt: skip
    assert read_speed(row, catalogs).engine.era == era


def speed(catalogs: Catalogs, **cells: str) -> float:
    out = next(iter(predict_rows([SPEED | cells], catalogs, SHIPPED)))
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
    point = read_point(SPEED | {"test": test}, catalogs)
    assert (point.load, point.isl, point.osl, point.depth) == (load, isl, osl, depth)


@pytest.mark.parametrize(
    ("text", "name"),
    [("3090 24GB", "RTX 3090"), ("Apple M4 Pro 24.0GB", "M4 Pro"), ("M2 Ultra 76-Core GPU 192GB", "M2 Ultra"),
     ("AMD Radeon RX 7900 XT 19.98GB", "RX 7900 XT"), ("NVIDIA GeForce RTX 5090", "RTX 5090"),
     ("AMD Ryzen AI Max+ 395 / Radeon 8060S (Strix Halo, 128 GB LPDDR5X-8000)", "Radeon 8060S")],
)  # fmt: skip
def test_names_of_gpus(catalogs: Catalogs, text: str, name: str) -> None:
    assert read_point(SPEED | {"gpu": text}, catalogs).gpu.name == name


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
    out = list(predict_rows([SPEED, SPEED | cells, SPEED], catalogs, SHIPPED))
    assert [bool(row["error"]) for row in out] == [False, True, False]
    assert "\n" not in out[1]["error"]


@at_random(20, 60)
@given(st.dictionaries(st.sampled_from(sorted(SPEED)), st.text(max_size=14), max_size=4))
def test_any_text_is_a_speed_or_an_error(catalogs: Catalogs, cells: dict[str, str]) -> None:
    out = list(predict_rows([SPEED | cells], catalogs, SHIPPED))
    assert out[0]["error"] or float(out[0]["pred_tok_s"]) > 0


def test_the_evidence_equals_the_source(shared: Path) -> None:
    with (shared / "measured" / "llamacpp_speed.csv").open() as handle:
        source = list(csv.DictReader(handle))
    assert evidence_rows() == source
