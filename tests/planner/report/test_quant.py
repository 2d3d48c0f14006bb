from __future__ import annotations

import csv
import math

from planner.plan.context import Context
from planner.quant.table import quant
from planner.report.currency import Exchange, in_currency
from planner.report.quant import quant_tables
from planner.report.render import render
from planner.report.table import Table
from tests.planner.conftest import chat_request
from tests.planner.quant.conftest import MODEL
from tests.planner.report.conftest import cells


def test_served_rows_have_dollars_and_the_others_fold_into_reasons(context: Context) -> None:
    answer = quant(chat_request(model=MODEL, scope={"gpus": ["L40S"]}, sla={"tpot_p95_s": 0.05}), context)
    tables = quant_tables(answer)
    runs, details = (cells(table) for table in tables)
    assert len(runs) == len(details) == sum(row.cluster is not None for row in answer.rows) > 0
    assert all(row["usd_hour"] > 0 for row in runs)
    assert (runs[0]["weights"], runs[0]["quality"], runs[0]["evidence"]) == ("bf16", 100.0, "native")
    assert sum(row["front"] == "*" for row in runs) == sum(r.on_front for r in answer.rows)
    refused = {r.reason for r in answer.rows if r.cluster is None}
    lines = [note for note in tables[1].notes if note.startswith("not on ")]
    assert len(lines) == len(refused) > 0
    assert all(any(why in line for line in lines) for why in refused)
    assert any("fp8: " in note and "rows of" in note for note in tables[0].notes)


def test_a_list_that_is_cut_has_rows_of_each_gpu_and_says_that_none_was_simulated(context: Context) -> None:
    """All of 20 rows were of the first of two GPUs."""
    answer = quant(chat_request(model=MODEL, scope={"gpus": ["L40S", "H100"]}, sla={"tpot_p95_s": 0.05}), context)
    runs = quant_tables(answer)[0]
    cut = cells(runs.first(7))
    assert [sum(row["gpu"] == gpu for row in cut) for gpu in ("L40S", "H100 SXM")] in ([4, 3], [3, 4])
    assert cut == [row for row in cells(runs) if row in cut]
    for gpu in ("L40S", "H100 SXM"):
        mine = [row for row in cut if row["gpu"] == gpu]
        assert mine == [row for row in cells(runs) if row["gpu"] == gpu][: len(mine)]
    assert runs.notes[0].startswith("closed form, not simulated")
    assert "gpuplan plan" in answer.model_dump()["checked_by"]


def test_changes_are_numbers_and_what_is_shown_is_explained(context: Context) -> None:
    answer = quant(chat_request(model=MODEL, scope={"gpus": ["L40S"]}, sla={"tpot_p95_s": 0.05}), context)
    runs, details = quant_tables(answer)
    written = list(csv.DictReader(render("csv", data=answer, tables=lambda: quant_tables(answer)).splitlines()))
    changes = [name for name in written[0] if name.startswith("vs_")]
    assert changes
    assert all(name.endswith("_pct") for name in changes)
    assert all(row[name] == "" or math.isfinite(float(row[name])) for row in written for name in changes)
    assert {written[0][name] for name in changes} == {"0"}
    explained = runs.narrowed().texts[0]
    assert "loss_range: " not in explained
    assert "loss_range: " in runs.texts[0]
    for name in ("quality", "allowed", "rate", "vs_usd_pct", "front"):
        assert f"{name}: " in explained
    assert "usd_per_point: " in details.narrowed().texts[0]
    (euros, *_) = in_currency([details], Exchange(code="EUR", per_usd=0.5, as_of="2026-11-01"))
    assert isinstance(euros, Table)
    assert any("eur_per_point: " in text for text in euros.texts)
