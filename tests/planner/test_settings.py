"""The columns of the second version, and the second set of points in the box."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError, PlannerError
from planner.evidence.points import read_point
from planner.evidence.serving import SECOND, evidence_rows, predict_rows
from planner.evidence.settings import Settings
from planner.physics.coefficients import Coefficients
from tests.consistency.drawn import TORTURE

ROW = {
    "model": "meta-llama/Llama-3.1-8B-Instruct", "weights": "bf16", "gpu": "h100-sxm", "gpus": "1", "tp": "1",
    "engine": "vLLM", "engine_version": "0.11.0", "load": "closed_loop", "isl": "1000", "osl": "300",
    "concurrency": "16",
}  # fmt: skip
SHIPPED = Coefficients.shipped()
FILES = ("serving_2", "serving_3", "multi_gpu", "open_loop")


def test_absent_and_empty_columns_are_none(catalogs: Catalogs) -> None:
    assert Settings.of({}) == Settings.of({"rate_per_s": "", "draft_method": ""}) == Settings()
    assert read_point(ROW, catalogs).settings == Settings()


def test_a_zero_is_stated() -> None:
    assert Settings.of({"isl_cv": "0.0", "osl_cv": "0"}).fixed_lengths
    assert not Settings.of({"isl_cv": "0.0"}).fixed_lengths


@pytest.mark.parametrize(("name", "value"), [("prefix_hit", "1.5"), ("rate_per_s", "-1"), ("prompts", "many")])
def test_a_wrong_cell_names_its_column(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name):
        Settings.of({name: value})


def test_stated_settings_decide_the_run(catalogs: Catalogs) -> None:
    told = {"prompts": "64", "max_num_seqs": "8", "isl_cv": "0", "osl_cv": "0", "draft_method": "eagle3"}
    p = read_point(ROW | told, catalogs)
    assert (p.rounds, p.most, p.fixed_lengths, p.speculative) == (4.0, 8.0, True, True)
    burst = read_point(ROW | {"load": "infinite_rate", "prompts": "500"}, catalogs)
    assert burst.requests == 500.0


def test_open_loop_percentiles_rise_with_the_rate(catalogs: Catalogs) -> None:
    rows = [ROW | {"load": "open_loop", "concurrency": "", "rate_per_s": rate} for rate in ("1", "4", "8")]
    out = list(predict_rows(rows, catalogs, SHIPPED))
    for metric in ("ttft", "tpot"):
        table = np.array([[float(cells[f"pred_{metric}_ms_p{q}"]) for q in (50, 95, 99)] for cells in out])
        assert (np.diff(table, axis=0) > 0).all()
        assert (np.diff(table, axis=1) > 0).all()
    tokens = [float(cells["pred_output_tok_s"]) for cells in out]
    assert tokens == pytest.approx([300.0, 1200.0, 2400.0], rel=0.02)


def test_the_second_set_is_answered(catalogs: Catalogs) -> None:
    rows = evidence_rows("ABC", SECOND)
    assert sum(readable(row, catalogs) for row in rows) / len(rows) >= 0.99
    some = rows[:: 1 if TORTURE else 4]
    out = list(predict_rows(some, catalogs, SHIPPED))
    assert sum(not cells["error"] for cells in out) / len(some) >= 0.99
    assert all(row["source"] and row["ref"] for row in rows)


def readable(row: dict[str, str], catalogs: Catalogs) -> bool:
    try:
        read_point(row, catalogs)
    except PlannerError:
        return False
    return True


def test_the_second_set_equals_its_sources(shared: Path) -> None:
    rows = {(row["source"], row["ref"], row["concurrency"], row["rate_per_s"]) for row in evidence_rows("ABC", SECOND)}
    source = []
    for name in FILES:
        with (shared / "measured" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            source += list(csv.DictReader(handle))
    assert len(source) == len(evidence_rows("ABC", SECOND))
    assert {(r["source"], r["ref"], r["concurrency"], r.get("rate_per_s", "")) for r in source} == rows


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("RTX PRO 6000 Blackwell Max-Q", "rtx-pro-6000-blackwell-max-q"), ("H100 SXM 64GB", "h100-sxm-64gb")],
)
def test_cards_of_the_second_set_have_records(catalogs: Catalogs, name: str, wanted: str) -> None:
    assert read_point(ROW | {"gpu": name}, catalogs).gpu.id == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("nvidia/Qwen3.8-Flash-Next-NVFP4", "Qwen/Qwen3.8-Flash-Next"), ("Qwen/Qwen3Guard-Gen-8B", "Qwen/Qwen3-8B"),
     ("deepreinforce-ai/Ornith-1.0-9B", "Qwen/Qwen3.5-9B"), ("poolside/Laguna-XS.2", "poolside/Laguna-XS.2")],
)  # fmt: skip
def test_names_of_the_second_set_are_found(catalogs: Catalogs, name: str, wanted: str) -> None:
    assert read_point(ROW | {"model": name}, catalogs).model.id == wanted
