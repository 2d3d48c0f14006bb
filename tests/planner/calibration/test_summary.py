"""Errors by slice, and a peer's beside them."""

from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.summary import LEAST_POINTS, by_load, by_slice
from planner.catalogs import Catalogs
from planner.evidence.serving import MeasuredPoints, evidence_rows, measured


@pytest.fixture(scope="module")
def some(catalogs: Catalogs) -> MeasuredPoints:
    return measured(evidence_rows()[:900], catalogs)


def test_slices_count_every_closed_loop_point_once(some: MeasuredPoints) -> None:
    constant = {name: np.full(len(some.points), np.log(1.1)) for name in ("ttft_s", "tpot_s", "output_tok_s")}
    rows = by_slice(some, constant)
    whole = rows[0]
    assert whole["by"] == "all"
    for kind in ("engine", "GPU", "model"):
        mine = [row for row in rows if row["by"] == kind]
        assert sum(row["points"] for row in mine) <= whole["points"]
        assert [row["points"] for row in mine] == sorted((row["points"] for row in mine), reverse=True)
        assert min(row["points"] for row in mine) >= LEAST_POINTS["slice"]
    assert {row["tpot_s"] for row in rows} == {0.1}
    assert whole["tpot_s there"] == 0.1
    assert 0.0 < whole["tpot_s peer"] < 1.0
    assert whole["tpot_s peer points"] <= whole["points"]


def test_points_without_a_prediction_are_not_counted_as_right(some: MeasuredPoints) -> None:
    nothing = {name: np.full(len(some.points), np.nan) for name in ("ttft_s", "tpot_s", "output_tok_s")}
    assert by_slice(some, nothing)[0]["tpot_s"] is None
    assert by_load(some, {"pair": nothing}) == []
