from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.loss_check import left_out
from models_db.loss_rows import LossRow, loss_rows

ROW = LossRow("maker/Near-8B", "fp8", "task", "4-15B", "MMLU", "MMLU", 99.0, 0.5, 1000, "here")


def test_ranges_hold_as_often_as_stated_on_drawn_models() -> None:
    draw = np.random.default_rng(1)
    rows = []
    for i in range(150):
        mean = draw.normal(97.0, 1.0)
        rows += [replace(ROW, model=f"m{i}", recovery_pct=float(x)) for x in draw.normal(mean, 0.5, 5)]
    found = left_out(rows)
    assert len(found) == 150
    assert 0.7 < sum(case.inside for case in found) / len(found) < 0.95


def test_the_measured_models_are_told_by_the_others_as_often_as_stated() -> None:
    found = left_out(loss_rows())
    assert len(found) > 200
    assert 0.75 < sum(case.inside for case in found) / len(found) < 0.95


def test_a_model_alone_in_its_class_is_not_told() -> None:
    assert not left_out([ROW])
