from __future__ import annotations

import numpy as np
import pytest

from planner.load.demand import POWERS, Demand
from planner.request.reading import parse_request
from tests.planner.conftest import CHAT, chat_request


def test_a_request_becomes_its_demand() -> None:
    demand = Demand.of(chat_request(traffic={"rate_per_s": 8, "prefix_hit": 0.25, "cv": 2.0}))
    assert (demand.isl, demand.osl, demand.cv_arrival, demand.total_per_s) == (1155, 211, 2.0, 8)
    assert demand.work_tokens == pytest.approx(0.75 * 1155)


def test_tokens_held_are_weighted_by_the_time_they_are_held() -> None:
    even, spread = Demand.simple(100.0, 1000.0, 0.0, 0.0), Demand.simple(100.0, 1000.0, 0.0, 1.0)
    assert even.live_tokens == pytest.approx(600.0)
    assert even.reserved_tokens == pytest.approx(1100.0)
    assert spread.live_tokens == pytest.approx(1100.0)
    assert even.live_cv2 < spread.live_cv2


def test_inverse_gaps_are_means_over_requests() -> None:
    share, gaps, inverse = Demand.simple(10.0, 101.0, 0.0, 0.0).gap_parts
    assert (share.tolist(), gaps.tolist()) == ([1.0], [100.0])
    assert inverse[0] == pytest.approx([1e-2, 1e-4, 1e-6])


def test_requests_with_few_tokens_are_parts_of_their_own_and_those_with_one_have_no_gap() -> None:
    share, gaps, inverse = Demand.simple(10.0, 4.68, 0.0, 1.2).gap_parts
    assert share.sum() == pytest.approx(1.0)
    assert gaps[0] == 1.0
    assert (np.diff(gaps) > 0).all()
    assert (inverse[:, 0] >= 1.0 / gaps - 1e-12).all()


def test_a_table_of_lengths_and_a_lognormal_spread_prompts_alike() -> None:
    rng = np.random.default_rng(0)
    table = np.quantile(np.exp(rng.normal(6.0, 0.5, 200_000)), np.linspace(0, 1, 1001)).tolist()
    drawn = Demand.of(parse_request(CHAT | {"input_tokens": {"quantiles": table}}))
    fitted = Demand.simple(drawn.isl, 211.0, drawn.input.cv)
    mean, cv, _ = drawn.prompt_spread
    assert mean[0] == pytest.approx(1.0)
    assert mean[POWERS == 1.0] == pytest.approx(1.0, rel=1e-6)
    low = POWERS <= 1.5  # higher powers are those of the longest few prompts alone
    assert cv[low] == pytest.approx(fitted.prompt_spread[1][low], rel=0.1, abs=0.01)
