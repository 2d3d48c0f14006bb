from __future__ import annotations

import json

import numpy as np

from planner.calibration.seen import box, newest, seen_by
from planner.catalogs import Catalogs
from planner.physics.coefficients import FACTORS
from tests.planner.calibration.conftest import evidence, points_of


def test_what_is_shipped_is_what_the_box_holds() -> None:
    shipped = json.loads(FACTORS.read_text(encoding="utf-8"))["evidence"]
    assert seen_by(box()) == shipped
    assert len(shipped["configurations"]) > 500


def test_names_hold_the_format_and_the_split(catalogs: Catalogs) -> None:
    points = points_of(catalogs, {})
    found = seen_by(evidence(points, ["a"]))
    p = points[0]
    assert found["configurations"] == [f"{p.model.id} @ {p.gpu.id} @ {p.engine.id} @ {p.fmt.id} @ {p.split}"]
    assert found["combos"] == [f"{p.engine.era} @ {p.gpu.generation}"]
    unweighed = evidence(points, ["a"])
    unweighed.weight[:] = np.zeros(1)
    assert seen_by(unweighed)["configurations"] == []


def test_the_newest_release_of_each_engine() -> None:
    rows = [{"engine": "vllm", "engine_version": v} for v in ("0.9.2", "0.10.1", "main", "")]
    assert newest(rows) == {("vllm", "0.10.1")}
