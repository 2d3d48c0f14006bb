from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models_db.loss_pooling import PRIOR_BETWEEN_PCT, Pooled, Spread, combined, excess, of_rows, posterior, spread
from models_db.loss_rows import LossRow

ROW = LossRow("maker/Near-8B", "fp8", "task", "4-15B", "MMLU", "MMLU", 99.0, 1.0, 1000, "here")
KNOWN = Spread(recipe=0.25, between=1.0)


def models(means: list[float], rows: int = 4, noise: float = 0.2) -> list[LossRow]:
    return [
        replace(ROW, model=f"maker/M{i}-8B", recovery_pct=mean, noise_pct=noise)
        for i, mean in enumerate(means)
        for _ in range(rows)
    ]


def test_the_spread_between_models_is_found_again() -> None:
    means = np.random.default_rng(0).normal(97.0, 2.0, 200).tolist()
    found = spread(models(means), ("4-15B",))
    assert found.between == pytest.approx(4.0, rel=0.3)


def test_few_models_are_held_towards_what_all_formats_show() -> None:
    assert spread([ROW], ("4-15B",)).between == pytest.approx(PRIOR_BETWEEN_PCT["task"] ** 2)
    assert excess([[Pooled(99.0, 1.0)]]) == (0.0, 0)
    assert combined([]) is None


def test_a_rows_weight_is_what_it_resolves() -> None:
    sharp, blunt = replace(ROW, recovery_pct=99.5, noise_pct=0.4), replace(ROW, recovery_pct=80.0, noise_pct=16.0)
    assert of_rows([sharp, blunt], 0.0).mean == pytest.approx(99.5, abs=0.05)


def test_own_rows_count_more_than_family_and_family_more_than_others() -> None:
    other = replace(ROW, model="else/Far-8B", recovery_pct=95.0, noise_pct=0.1)
    kin = [replace(ROW, model=f"maker/Qwen3-{i}B", recovery_pct=98.0, noise_pct=0.1) for i in (5, 6, 7)]
    own = replace(ROW, model="maker/Qwen3-9B", recovery_pct=100.0, noise_pct=0.1)
    far = posterior("maker/Qwen3-9B", [other], KNOWN)
    near = posterior("maker/Qwen3-9B", [other, *kin], KNOWN)
    here = posterior("maker/Qwen3-9B", [other, *kin, own], KNOWN)
    assert far is not None
    assert near is not None
    assert here is not None
    assert far.pooled.mean < near.pooled.mean < here.pooled.mean
    assert far.pooled.variance > near.pooled.variance > here.pooled.variance
    assert (far.own_share, far.family_share) == (0.0, 0.0)
    assert near.family_share > 0.5
    assert here.own_share > 0.5


def test_one_small_set_moves_an_estimate_little() -> None:
    others = models([99.5] * 6)
    with_row = posterior("x/Y-8B", [*others, replace(ROW, model="x/Y-8B", recovery_pct=90.0, noise_pct=10.0)], KNOWN)
    without = posterior("x/Y-8B", others, KNOWN)
    assert with_row is not None
    assert without is not None
    assert with_row.pooled.mean == pytest.approx(without.pooled.mean, abs=0.2)


def test_nothing_is_told_by_nothing() -> None:
    assert posterior("x/Y-8B", [], KNOWN) is None
