"""Runs of an engine that no fit has seen."""

from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence.llamacpp import evidence_rows
from planner.evidence.unfitted import read_point, stream_errors
from planner.physics.coefficients import Coefficients


def test_runs_are_told_by_their_words(catalogs: Catalogs) -> None:
    rows = evidence_rows()
    points = [point for row in rows if (point := read_point(row, catalogs)) is not None]
    assert {point.engine.id for point in points} == {"mlx"}
    assert read_point(rows[0] | {"comment": "llama-bench"}, catalogs) is None


def test_single_streams_are_near_what_was_measured(catalogs: Catalogs) -> None:
    row = stream_errors(catalogs, Coefficients.shipped()).row
    assert row[2] == row[1] > 20
    assert isinstance(row[3], float)
    assert row[3] < 0.1
