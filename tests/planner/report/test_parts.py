from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.plan.explore import Explored
from planner.report.parts import cut_text, latency_table, memory_table
from tests.planner.report.conftest import cells


def test_widths_of_one_are_left_out_of_a_split(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    r = explored.answer.cluster.replica.model_copy(update={"tp": 1, "pp": 1, "ep": 1, "dp": 1, "draft_tokens": 0})
    assert cut_text(r) == "tp1"
    assert cut_text(r.model_copy(update={"tp": 4, "pp": 2, "ep": 8, "draft_tokens": 3})) == "tp4 pp2 ep8 drafts 3"


def test_memory_and_latency_are_shown_whole(explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    c = explored.answer.cluster
    rows = cells(memory_table(c.memory))
    gib = {next(iter(row.values())): list(row.values())[1] for row in rows}
    assert sum(v for k, v in gib.items() if k != "card") == pytest.approx(gib["card"], abs=0.02)
    (row,) = cells(latency_table([("ttft_s", c.latency.ttft_s)]))
    assert (row["figure"], row["p95"], row["basis"]) == (
        "ttft_s", round(c.latency.ttft_s.p95, 5), c.latency.ttft_s.basis,
    )  # fmt: skip
