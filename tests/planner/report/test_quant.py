from __future__ import annotations

from planner.plan.context import Context
from planner.quant.table import quant
from planner.report.quant import quant_tables
from tests.planner.conftest import chat_request
from tests.planner.quant.conftest import MODEL
from tests.planner.report.conftest import cells


def test_served_rows_have_dollars_and_the_others_a_reason(context: Context) -> None:
    answer = quant(chat_request(model=MODEL, scope={"gpus": ["L40S"]}, sla={"tpot_p95_s": 0.05}), context)
    runs, details, refused = (cells(table) for table in quant_tables(answer))
    assert len(runs) == len(details) > 0
    assert len(runs) + len(refused) == len(answer.rows)
    assert all(row["usd_hour"] > 0 for row in runs)
    assert all(row["why"] for row in refused)
    assert sum(row["front"] == "*" for row in runs) == sum(r.on_front for r in answer.rows)
