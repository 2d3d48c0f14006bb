from __future__ import annotations

from planner.plan.context import Context
from planner.quant.table import quant
from planner.report.quant import quant_tables
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
