from __future__ import annotations

import numpy as np
import pytest

from planner.calibration.folds import folds
from planner.calibration.intervals import (
    BASES,
    LEAST_POINTS,
    SURE,
    by_basis,
    cautions,
    evidence_of,
    grounds,
    newer_sources,
    spans,
)  # fmt: skip
from planner.catalogs import Catalogs
from planner.evidence.serving import MeasuredPoints, evidence_rows
from planner.formulas.types import Array
from tests.planner.calibration.conftest import evidence, of_load, points_of

COUNT = 199


@pytest.fixture(scope="module")
def alike(catalogs: Catalogs) -> MeasuredPoints:
    """So many points, each of a source of its own."""
    return evidence(points_of(catalogs, {}) * COUNT, [f"s{i}" for i in range(COUNT)])


def errors_of(values: Array) -> dict[str, Array]:
    return {"ttft_s": values, "tpot_s": values, "output_tok_s": values}


def every(data: MeasuredPoints) -> Array:
    return np.ones(len(data.points), dtype=bool)


def test_the_quantiles_are_the_conformal_ones(alike: MeasuredPoints) -> None:
    """The i-th smallest of n stands at i / (n + 1): of 199, the 10th at 5 % and the 190th at 95 %."""
    factors = np.arange(1.0, COUNT + 1.0)  # measured over predicted
    shuffled = np.random.default_rng(2).permutation(-np.log(factors))
    assert spans(alike, errors_of(shuffled), every(alike))["tpot"] == [10.0, 190.0]


def test_a_prediction_that_is_right_has_an_interval_of_one(alike: MeasuredPoints) -> None:
    found = spans(alike, errors_of(np.zeros(COUNT)), every(alike))
    assert found == {"ttft": [1.0, 1.0], "tpot": [1.0, 1.0], "output_tok_s": [1.0, 1.0]}


def test_a_bias_moves_both_ends_by_its_factor(alike: MeasuredPoints) -> None:
    noise = np.random.default_rng(1).normal(size=COUNT) * 0.2
    plain, high = (spans(alike, errors_of(noise + np.log(k)), every(alike))["ttft"] for k in (1.0, 2.0))
    # Predictions twice as high: measured over predicted is half.
    assert high == pytest.approx([0.5 * end for end in plain], abs=1e-3)


def test_fewer_points_than_needed_or_what_was_not_measured_have_no_interval(alike: MeasuredPoints) -> None:
    values = np.full(COUNT, np.nan)
    values[: LEAST_POINTS - 1] = 0.1
    assert spans(alike, errors_of(values), every(alike)) == {}
    values[LEAST_POINTS - 1] = 0.1
    assert set(spans(alike, errors_of(values), every(alike))) == {"ttft", "tpot", "output_tok_s"}


def test_loads_of_known_length_have_an_interval_of_their_own(catalogs: Catalogs) -> None:
    closed = points_of(catalogs, {})[0]
    points = [closed] * 60 + [of_load(closed, "static_batch")] * 60
    data = evidence(points, [f"s{i}" for i in range(120)])
    errors = np.where(np.arange(120) < 60, 0.0, np.log(2.0))
    found = spans(data, errors_of(errors), every(data))
    assert found["output_tok_s static_batch"] == [0.5, 0.5]
    assert found["output_tok_s"] == [1.0, 1.0]
    assert "output_tok_s infinite_rate" not in found


@pytest.mark.parametrize(("of_one", "low"), [(15, 1.0), (50, 0.5)])
def test_tokens_of_clients_of_few_sources_have_the_interval_of_all_loads(
    catalogs: Catalogs, of_one: int, low: float
) -> None:
    """60 points, `of_one` of them of one source: (15² + 45) / 60² is one in 13 sources, (50² + 10) / 60² one in 1.4."""
    closed = points_of(catalogs, {})[0]
    names = ["large"] * of_one + [f"s{i}" for i in range(60 - of_one)] + ["static"] * 60
    data = evidence([closed] * 60 + [of_load(closed, "static_batch")] * 60, names)
    errors = np.where(np.arange(120) < 60, 0.0, np.log(2.0))
    assert spans(data, errors_of(errors), every(data))["output_tok_s"] == [low, 1.0]


def test_a_fit_has_seen_what_it_was_given(catalogs: Catalogs) -> None:
    points = points_of(catalogs, {}, {"gpu": "B200"})
    data = evidence([*points, of_load(points[1], "generation")], ["a", "b", "c"])
    seen = evidence_of(data, np.array([True, False, True]))
    assert seen.configurations == {points[0].case.configuration}
    assert seen.combos == {(points[0].engine.era, points[0].gpu.generation)}
    assert seen.llamacpp_pairs == {points[1].key}


def test_a_point_rests_on_what_other_folds_hold(catalogs: Catalogs) -> None:
    other = {"model": "meta-llama/Llama-3.1-8B-Instruct", "tp": "1", "gpus": "1"}
    points = points_of(catalogs, {}, {}, other, {"gpu": "MI300X"})
    # Sources of a quarter or half of the points are left out alone.
    data = evidence(points, ["a", "b", "a", "c"])
    assert len(set(folds(data, "source").tolist())) == 3
    assert grounds(data, "source") == ["measured", "measured", "calibrated", "physics"]


def test_a_basis_without_points_takes_the_interval_of_all(alike: MeasuredPoints) -> None:
    noise = np.random.default_rng(4).normal(size=COUNT) * 0.1
    found = by_basis(alike, errors_of(noise), every(alike), np.array(grounds(alike, "source")))
    whole = spans(alike, errors_of(noise), every(alike))
    assert set(found) == set(BASES)
    assert set(grounds(alike, "source")) == {"measured"}
    assert found["measured"] == found["physics"] == whole


@pytest.mark.parametrize("share", [0.1, 1.5])
def test_less_knowledge_is_never_a_narrower_interval(catalogs: Catalogs, share: float) -> None:
    """Errors of what nothing like it was measured: a tenth as wide, then both together; wider, then their own."""
    points = points_of(catalogs, {}, {"gpu": "MI300X"})
    count = 3 * LEAST_POINTS
    # The first model and GPU have two sources, the others one: only the former are seen when a source is left out.
    data = evidence([points[0]] * count + [points[1]] * count, ["a", "b"] * (count // 2) + ["c"] * count)
    spread = np.tile(np.linspace(-1.0, 1.0, count), 2)
    errors = np.where(np.arange(2 * count) < count, spread, share * spread - 0.3)
    ground = np.array(grounds(data, "source"))
    assert ground[-1] == "physics"
    found = by_basis(data, errors_of(errors), every(data), ground)
    (low, high), (sure_low, sure_high) = found["physics"]["tpot"], found["measured"]["tpot"]
    assert high / low >= sure_high / sure_low
    own = spans(data, errors_of(errors), ground == "physics")["tpot"]
    assert [low, high] == (own if share > 1.0 else [min(own[0], sure_low), max(own[1], sure_high)])


def test_so_many_points_stay_below_the_factor_of_a_confidence(alike: MeasuredPoints) -> None:
    """Of 199 conformal ranks the 160th stands at 80 %; predictions that were too slow ask for no caution."""
    errors = errors_of(-np.log(np.linspace(0.2, 2.18, COUNT)))
    told = cautions(alike, errors)
    for basis in BASES:
        found = told[basis]["ttft"]
        assert list(found) == [f"{sure:g}" for sure in SURE]
        assert found["0.8"] == pytest.approx(np.linspace(0.2, 2.18, COUNT)[159], abs=1e-3)
    slow = cautions(alike, errors_of(np.full(COUNT, np.log(2.0))))
    assert set(slow["measured"]["tpot"].values()) == {1.0}


def test_newer_sources_count_twice(catalogs: Catalogs) -> None:
    """Of 200 older and 100 newer points the newer have half of the weight: a twentieth of all is a tenth of them."""
    newer = min(newer_sources())
    data = evidence(points_of(catalogs, {}) * 300, [evidence_rows()[0]["source"]] * 200 + [newer] * 100)
    errors = np.concatenate([np.zeros(200), -np.arange(100) / 100.0])
    low, high = spans(data, errors_of(errors), every(data))["ttft"]
    assert low == 1.0
    assert np.log(high) == pytest.approx(0.9, abs=0.02)
