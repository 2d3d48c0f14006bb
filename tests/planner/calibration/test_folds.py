from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.folds import FOLDS, LARGE, SCHEMES, folds
from planner.catalogs import Catalogs
from tests.planner.calibration.conftest import evidence, points_of

RUNS = ({}, {"concurrency": "64"}, {"engine": "SGLang"}, {"tp": "8", "gpus": "8"}, {"gpu": "B200"})


@pytest.mark.parametrize("scheme", ["pair", "model", "gpu"])
def test_what_is_left_out_is_left_out_whole(catalogs: Catalogs, scheme: str) -> None:
    """Points of one pair, model or GPU share a fold, however they were run."""
    data = evidence(points_of(catalogs, *RUNS), ["a", "b", "c", "d", "e"])
    fold = folds(data, scheme)
    same = 5 if scheme == "model" else 4  # the last is another GPU
    assert len(set(fold[:same].tolist())) == 1
    assert ((fold >= 0) & (fold < FOLDS)).all()


def test_folds_do_not_depend_on_what_else_is_measured(catalogs: Catalogs) -> None:
    points = points_of(catalogs, *RUNS)
    whole, part = evidence(points, list("abcde")), evidence(points[2:], list("cde"))
    for scheme in ("pair", "model", "gpu"):
        np.testing.assert_array_equal(folds(whole, scheme)[2:], folds(part, scheme))


def test_a_large_source_is_left_out_alone_and_a_small_one_whole(catalogs: Catalogs) -> None:
    point = points_of(catalogs, {})[0]
    names = ["big"] * 8 + ["bigger"] * 9 + [f"small {i}" for i in range(10)] + ["small 0"]
    data = evidence([point] * len(names), names)
    assert 8 > LARGE * len(names) > 2
    fold = dict(zip(names, folds(data, "source").tolist(), strict=True))
    assert (fold["big"], fold["bigger"]) == (FOLDS, FOLDS + 1)
    assert all(0 <= fold[name] < FOLDS for name in names if name.startswith("small"))
    for name in set(names):
        assert len({f for n, f in zip(names, folds(data, "source").tolist(), strict=True) if n == name}) == 1


def test_every_scheme_leaves_something_out_and_something_in() -> None:
    assert SCHEMES == ("source", "pair", "model", "gpu")
    assert FOLDS > 1
