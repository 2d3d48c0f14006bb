from __future__ import annotations

from dataclasses import replace

import numpy as np

from models_db.loss_rows import LossRow, loss_rows
from planner.evidence.losses import left_out

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


def test_long_contexts_are_told_as_often_as_stated() -> None:
    """Of 32 models and formats the 80 % range holds 25."""
    found = left_out(loss_rows(), "long")
    assert len(found) > 30
    assert 0.75 < sum(case.inside for case in found) / len(found) < 0.95


def test_a_cache_is_told_by_models_of_all_sizes() -> None:
    rows = [replace(ROW, model=f"m{i}", format="kv fp8", size_class=name) for i, name in enumerate(("<4B", "MoE"))]
    assert len(left_out(rows)) == 2
    assert not left_out([replace(row, format="fp8") for row in rows])
