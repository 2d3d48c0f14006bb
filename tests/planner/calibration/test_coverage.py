from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.coverage import coverage
from planner.calibration.intervals import is_newer, newer_sources
from planner.catalogs import Catalogs
from planner.evidence.serving import SECOND, evidence_rows
from tests.planner.calibration.conftest import evidence, of_load, points_of

OLD, NEW = sorted({row["source"] for row in evidence_rows()}), sorted(newer_sources())


def test_newer_sources_stand_in_the_second_set_alone_which_is_read_once() -> None:
    assert set(NEW) == {row["source"] for row in evidence_rows(file=SECOND)} - set(OLD)
    assert newer_sources() is newer_sources()


@pytest.mark.parametrize(("wide", "inside"), [(0.5, 1.0), (2.0, 0.5)])
def test_a_newer_source_is_checked_in_the_intervals_of_others(catalogs: Catalogs, wide: float, inside: float) -> None:
    """Errors of +-1 on 100 older points; on 100 newer ones half are 0 and half are +-`wide`."""
    data = evidence(points_of(catalogs, {}) * 200, [OLD[i % 2] for i in range(100)] + [NEW[i % 2] for i in range(100)])
    assert is_newer(data).tolist() == [False] * 100 + [True] * 100
    signs = np.where(np.arange(100) % 2 == 0, 1.0, -1.0)
    values = np.concatenate([signs, np.where(np.arange(100) < 50, 0.0, wide * signs)])
    rows = coverage(data, {"ttft_s": values, "tpot_s": values, "output_tok_s": values})
    assert {row["basis"] for row in rows} == {"measured", "all"}
    assert all((row["points"], row["inside"]) == (100, inside) for row in rows)


def test_a_load_is_checked_in_its_own_interval(catalogs: Catalogs) -> None:
    """Static batches err by 2, clients by 0.1: newer batches that err by 1.9 are inside what batches say only."""
    closed = points_of(catalogs, {})[0]
    points = [closed] * 100 + [of_load(closed, "static_batch")] * 100
    data = evidence([*points, *points[100:120]], [OLD[i % 9] for i in range(200)] + [NEW[0]] * 20)
    signs = np.where(np.arange(220) % 2 == 0, 1.0, -1.0)
    values = signs * np.concatenate([np.full(100, 0.1), np.full(100, 2.0), np.full(20, 1.9)])
    rows = coverage(data, {"ttft_s": values, "tpot_s": values, "output_tok_s": values})
    assert [row["inside"] for row in rows if row["figure"] == "output_tok_s"] == [1.0, 1.0]
