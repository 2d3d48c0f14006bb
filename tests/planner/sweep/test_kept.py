from __future__ import annotations

import json
from dataclasses import replace

import pytest

from planner.sweep.grid import Scenario
from planner.sweep.kept import KeptRow, row_in
from planner.sweep.rows import FIGURES
from planner.sweep.run import SweepWork, rows_of

CASES: list[Scenario] = [{}, {"sla.tpot_p95_s": 0.0001}, {"model": "no/such"}, {"scope.gpus": ["H100", "L4"]}]


@pytest.mark.parametrize("simulate", [False, True])
def test_every_row_that_a_sweep_makes_is_taken_from_its_journal(work: SweepWork, simulate: bool) -> None:
    found = list(rows_of(replace(work, simulate=simulate), CASES, jobs=1))
    assert {row["status"] for _, row in found} == {"feasible", "infeasible", "error"}
    for number, row in found:
        assert row_in(json.dumps([number, row]).encode(), len(CASES)) == (number, row)


def test_the_record_has_the_figures_of_rows_in_their_order() -> None:
    assert tuple(KeptRow.model_fields) == FIGURES
