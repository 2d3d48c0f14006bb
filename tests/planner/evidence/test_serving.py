from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planner.catalogs import Catalogs
from planner.evidence.clients import lengths
from planner.evidence.serving import COLUMNS, SECOND, evidence_rows, measured, predict_rows
from planner.physics.coefficients import Coefficients
from tests.consistency.drawn import TORTURE, at_random
from tests.planner.evidence.conftest import POINT

SHIPPED = Coefficients.shipped()


def figures(catalogs: Catalogs, **cells: str) -> dict[str, float]:
    out = next(iter(predict_rows([POINT | cells], catalogs, SHIPPED)))
    assert out["error"] == ""
    return {name: float(out[name]) for name in COLUMNS[:3]}


def test_the_evidence_is_answered_and_finite(catalogs: Catalogs) -> None:
    rows = evidence_rows()[:: 1 if TORTURE else 12]
    out = list(predict_rows(rows, catalogs, SHIPPED))
    answered = [cells for cells in out if not cells["error"]]
    assert len(out) == len(rows)
    assert len(answered) / len(rows) >= 0.99
    for name in COLUMNS[:9]:
        # Runs of one token have no time per token.
        told = [(row, cells) for row, cells in zip(rows, out, strict=True) if not cells["error"]]
        values = np.array([float(c[name]) for r, c in told if "tpot" not in name or float(r["osl"] or 2) > 1.0])
        assert np.isfinite(values).all()
        assert (values > 0).all()
    assert {cells["basis"] for cells in answered} <= {"measured", "calibrated", "physics"}


def test_the_evidence_equals_the_source(shared: Path) -> None:
    with (shared / "measured" / "serving.csv").open() as handle:
        source = {row["id"]: row for row in csv.DictReader(handle)}
    rows = evidence_rows("ABC")
    assert len(rows) == len(source)
    for row in rows[::97]:
        for name in ("isl", "osl", "concurrency", "tpot_ms_mean", "ttft_ms_mean", "output_tok_s"):
            if row[name]:
                assert float(row[name]) == pytest.approx(float(source[row["id"]][name]), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "values"), [("concurrency", ("1", "8", "64", "512")), ("isl", ("100", "1000", "8000"))]
)
def test_more_load_is_never_faster(catalogs: Catalogs, name: str, values: tuple[str, ...]) -> None:
    found = [figures(catalogs, **{name: value}) for value in values]
    for figure in ("pred_ttft_ms_mean", "pred_tpot_ms_mean"):
        series = [f[figure] for f in found]
        assert series == sorted(series)


def test_more_tensor_parallel_is_faster_at_equal_load(catalogs: Catalogs) -> None:
    tpot = [figures(catalogs, tp=n, gpus=n)["pred_tpot_ms_mean"] for n in ("2", "4", "8")]
    assert tpot == sorted(tpot, reverse=True)


def test_kv_overflow_queues(catalogs: Catalogs) -> None:
    some = figures(catalogs, concurrency="64", isl="30000")
    many = figures(catalogs, concurrency="640", isl="30000")
    assert many["pred_tpot_ms_mean"] == pytest.approx(some["pred_tpot_ms_mean"], rel=0.02)
    assert many["pred_ttft_ms_mean"] > 3 * some["pred_ttft_ms_mean"]


@pytest.mark.parametrize(
    "cells",
    [{"load": "burst"}, {"model": "no/thing"}, {"gpu": "H999"}, {"isl": "many"}, {"tp": "-1"}, {"concurrency": "inf"},
     {"gpus": "nan"}, {"load": ""}, {"isl": "1e400"}, {"pp": "10000000"}],
)  # fmt: skip
def test_a_bad_point_keeps_its_place(catalogs: Catalogs, cells: dict[str, str]) -> None:
    out = list(predict_rows([POINT, POINT | cells, POINT], catalogs, SHIPPED))
    assert [bool(row["error"]) for row in out] == [False, True, False]
    assert "\n" not in out[1]["error"]
    assert out[0] == out[2]


@at_random(20, 60)
@given(st.dictionaries(st.sampled_from(sorted(POINT)), st.text(max_size=12), max_size=4))
def test_any_text_is_a_point_or_an_error(catalogs: Catalogs, cells: dict[str, str]) -> None:
    out = list(predict_rows([POINT | cells], catalogs, SHIPPED))
    assert len(out) == 1
    assert out[0]["error"] or float(out[0]["pred_tpot_ms_mean"]) > 0


@at_random(20, 60)
@given(
    st.dictionaries(
        st.sampled_from(["isl", "osl", "concurrency", "tp", "pp", "ep", "dp", "gpus"]), st.floats(0, 1e7), max_size=4
    ),
    st.sampled_from(["vLLM", "SGLang", "TensorRT-LLM", "llama.cpp"]),
)
@example({"osl": 0.0}, "vLLM")
def test_any_number_is_a_point_or_an_error(catalogs: Catalogs, cells: dict[str, float], engine: str) -> None:
    row = POINT | {"engine": engine, "gpu": "B200", "source": "aiconfigurator"} | {k: repr(v) for k, v in cells.items()}
    out = next(iter(predict_rows([row], catalogs, SHIPPED)))
    if not out["error"] and lengths(row)[1] <= 1.0:
        assert out["pred_tpot_ms_mean"] == ""  # one token has no time per token
    else:
        assert out["error"] or float(out["pred_tpot_ms_mean"]) > 0


def test_rows_that_no_gpu_could_have_measured_are_left_out(catalogs: Catalogs) -> None:
    row = POINT | {
        "isl": "15000",
        "concurrency": "448",
        "ttft_ms_mean": "700",
        "tpot_ms_mean": "13.7",
        "source": "x",
    }
    found = measured([row, row | {"concurrency": "8"}, row | {"note": "prefix caching on"}], catalogs)
    assert np.isfinite(found.ttft_s).tolist() == [False, True, True]
    assert (found.weight > 0).tolist() == [False, True, True]


def test_the_evidence_in_the_box_is_whole(shared: Path) -> None:
    """Every row and its whole note, as facts about a run stand there."""
    with (shared / "measured" / "serving.csv").open(encoding="utf-8", newline="") as handle:
        source = {row["id"]: row["note"] for row in csv.DictReader(handle)}
    assert {row["id"]: row["note"] for row in evidence_rows("ABC")} == source


@pytest.mark.parametrize("figure", ["output_tok_s infinite_rate", "output_tok_s static_batch", "output_tok_s offline"])
def test_an_interval_holds_nine_tenths_of_its_points(catalogs: Catalogs, figure: str) -> None:
    load = figure.split()[1]
    rows = [row for row in evidence_rows() if row["load"] == load and row["isl"] and row["tier"] in "AB"]
    found = list(zip(rows, predict_rows(rows, catalogs, SHIPPED), strict=True))
    held = [
        float(cells["lo_output_tok_s"]) <= float(row["output_tok_s"]) <= float(cells["hi_output_tok_s"])
        for row, cells in found
        if row["output_tok_s"] and not cells["error"]
    ]
    assert 0.85 <= np.mean(held) <= 0.97


def best_rate(catalogs: Catalogs, source: str, model: str, gpu: str, **cut: int) -> tuple[float, float]:
    """Most tokens a second of the runs of a source in a cut, measured and predicted."""
    wanted = {name: str(width) for name, width in cut.items()}
    rows = [
        r
        for r in evidence_rows("ABC", SECOND)
        if r["source"].startswith(source) and model in r["model"] and r["gpu"] == gpu
        if all(float(r[name] or 1) == float(width) for name, width in wanted.items())
    ]
    cells = list(predict_rows(rows, catalogs, SHIPPED))
    pairs = [(float(r["output_tok_s"]), float(c["pred_output_tok_s"])) for r, c in zip(rows, cells, strict=True)]
    return max(m for m, _ in pairs), max(p for _, p in pairs)


IOG, CLOUDRIFT = "IOG-Foundation", "cloudrift"


@pytest.mark.parametrize(
    ("faster", "slower"),
    [
        ((CLOUDRIFT, "GLM-4.5-Air", "RTX 5090", 1, 4), (CLOUDRIFT, "GLM-4.5-Air", "RTX 5090", 4, 1)),
        ((IOG, "Distill-Llama-8B", "H100 PCIe", 1, 1), (IOG, "Distill-Llama-8B", "RTX 4090", 4, 1)),
        ((IOG, "Distill-Qwen-14B", "H100 PCIe", 1, 1), (IOG, "Distill-Qwen-14B", "RTX 4090", 4, 1)),
        ((IOG, "Distill-Qwen-14B", "RTX 4090", 4, 1), (IOG, "Distill-Qwen-14B", "RTX 4090", 2, 1)),
        ((IOG, "Distill-Llama-8B", "RTX 4090", 4, 1), (IOG, "Distill-Llama-8B", "RTX 4090", 1, 1)),
    ],
)  # fmt: skip
def test_ratios_of_cards_and_cuts_come_out_on_the_measured_side(
    catalogs: Catalogs, faster: tuple[str, str, str, int, int], slower: tuple[str, str, str, int, int]
) -> None:
    """Pipelines against tensor ranks on four GeForce cards, one card against two and four, and a larger card."""
    (first, told), (second, other) = (
        best_rate(catalogs, *where[:3], tp=where[3], pp=where[4]) for where in (faster, slower)
    )
    assert first > second
    assert told > other
    assert 0.6 < (told / other) / (first / second) < 1.6
