"""Errors by slice, and a peer's beside them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from planner.calibration.summary import LEAST_POINTS, by_load, by_slice
from planner.catalogs import Catalogs
from planner.evidence import RESULTS
from planner.evidence.accuracy import _slices
from planner.evidence.points import read_point
from planner.evidence.serving import MeasuredPoints, evidence_rows, measured, predict_rows
from planner.physics import factors


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


def test_no_slice_is_worse_in_tokens_than_the_peer_on_its_own_points() -> None:
    rows = json.loads((RESULTS / "slices.json").read_text(encoding="utf-8"))
    known = [row for row in rows if row["tpot_s peer"] is not None]
    assert len(known) > 10
    assert not [row["slice"] for row in known if row["tpot_s there"] > row["tpot_s peer"]]
    assert known[0]["tpot_s there"] < 0.6 * known[0]["tpot_s peer"]
    shown = _slices()
    assert all(f"| {row['by']} | {row['slice']} | {row['points']} |" in shown for row in known)


def test_loads_have_intervals_of_their_own() -> None:
    spread = {name: np.log(high / low) for name in factors.figures() for low, high in [factors.interval(name)]}
    assert spread["output_tok_s infinite_rate"] < spread["output_tok_s"] < spread["output_tok_s static_batch"]
    assert factors.interval_on("output_tok_s", "measured", "static_batch") == factors.interval(
        "output_tok_s static_batch"
    )
    assert factors.interval_on("tpot", "measured", "static_batch") == factors.interval("tpot")
    low, high = factors.interval_on("output_tok_s", "physics", "infinite_rate")
    assert low <= factors.interval("output_tok_s infinite_rate", "gpu")[0]
    assert high >= factors.interval("output_tok_s infinite_rate", "gpu")[1]


@pytest.mark.parametrize("figure", ["output_tok_s infinite_rate", "output_tok_s static_batch", "output_tok_s offline"])
def test_an_interval_holds_nine_tenths_of_its_points(catalogs: Catalogs, figure: str) -> None:
    load = figure.split()[1]
    rows = [row for row in evidence_rows() if row["load"] == load and row["isl"] and row["tier"] in "AB"]
    found = list(zip(rows, predict_rows(rows, catalogs), strict=True))
    held = [
        float(cells["lo_output_tok_s"]) <= float(row["output_tok_s"]) <= float(cells["hi_output_tok_s"])
        for row, cells in found
        if row["output_tok_s"] and not cells["error"]
    ]
    assert 0.85 <= np.mean(held) <= 0.97


@pytest.mark.parametrize(("gpu", "alike"), [("H200 SXM", False), ("GB200", True)])
def test_clients_out_of_step_are_named_where_they_were_seen(catalogs: Catalogs, gpu: str, alike: bool) -> None:
    rows = [
        row for row in evidence_rows() if row["gpu"] == gpu and row["isl"] == "2000" and "source_file=" in row["note"]
    ]
    assert rows
    assert {read_point(row, catalogs).fixed_lengths for row in rows} == {alike}
