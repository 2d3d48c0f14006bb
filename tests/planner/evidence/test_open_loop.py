"""Short runs at a stated rate: a transient from an idle start, by hand where the load is light."""

from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.evidence import open_loop
from planner.evidence.open_loop import DRAWS, MOST_REQUESTS, is_finite, simulated, waits_less_at_more
from planner.evidence.points import Point, read_point
from planner.evidence.serving import predict_rows
from planner.formulas.types import Array
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.simulation.work import StepBudget
from planner.traffic.lengths import lognormal
from tests.planner.evidence.conftest import POINT

SHIPPED = Coefficients.shipped()
RUN = POINT | {
    "model": "meta-llama/Llama-3.1-8B-Instruct", "weights": "bf16", "tp": "1", "gpus": "1", "load": "open_loop",
    "concurrency": "", "rate_per_s": "1", "prompts": "40",
}  # fmt: skip
FIXED = Demand(lognormal(1000.0, 0.0), lognormal(100.0, 0.0))


def point(catalogs: Catalogs, **cells: str) -> Point:
    return read_point(RUN | cells, catalogs)


def figures(*points: Point, limit: float = 256.0) -> Array:
    return simulated(points, FIXED, np.full(len(points), limit), SHIPPED)


@pytest.mark.parametrize(
    ("cells", "finite"),
    [({}, True), ({"rate_per_s": ""}, False), ({"prompts": ""}, False), ({"prompts": str(MOST_REQUESTS)}, True),
     ({"prompts": str(MOST_REQUESTS + 1)}, False), ({"load": "closed_loop", "concurrency": "4"}, False)],
)  # fmt: skip
def test_a_run_is_finite_where_rate_and_requests_are_stated(
    catalogs: Catalogs, cells: dict[str, str], finite: bool
) -> None:
    assert is_finite(point(catalogs, **cells)) is finite


def test_one_request_makes_its_tokens_in_its_own_time(catalogs: Catalogs) -> None:
    """Nobody else is there: its tokens over its arrival and its time, the same mean and percentiles."""
    rate, ttft, tpot, *rest = figures(point(catalogs, prompts="1", rate_per_s="1000"))[:, 0]
    assert rest[:3] == pytest.approx([ttft] * 3, rel=0.05)
    assert rest[3:] == pytest.approx([tpot] * 3, rel=0.01)
    alone_s = ttft + 99.0 * tpot
    assert 0.9 * 100.0 / (alone_s + 0.002) < rate < 100.0 / alone_s * 1.01


def test_a_light_load_is_served_at_its_rate_but_for_the_end(catalogs: Catalogs) -> None:
    """40 requests at 1 a second last about 40 s and the last one's time: 100 tokens each."""
    rate, ttft, tpot = figures(point(catalogs))[:3, 0]
    # The mean of 5 draws of 40 gaps: a standard deviation of 1 / sqrt(200) = 7 %.
    assert rate == pytest.approx(4000.0 / (40.0 + ttft + 99.0 * tpot), rel=0.25)


def test_rows_are_rate_means_and_percentiles_in_order(catalogs: Catalogs) -> None:
    found = figures(*(point(catalogs, rate_per_s=r) for r in ("1", "8")))
    assert found.shape == (9, 2)
    assert (np.diff(found[3:6], axis=0) >= 0).all()
    assert (np.diff(found[6:9], axis=0) >= 0).all()
    assert (found[:, 1] > found[:, 0]).all()


def test_a_column_does_not_depend_on_its_neighbours(catalogs: Catalogs) -> None:
    one, two = point(catalogs), point(catalogs, rate_per_s="4")
    np.testing.assert_array_equal(figures(one, two)[:, 1], figures(two)[:, 0])
    np.testing.assert_array_equal(figures(one), figures(one))
    assert DRAWS > 1


def test_fewer_slots_make_first_tokens_wait(catalogs: Catalogs) -> None:
    busy = point(catalogs, rate_per_s="20", prompts="100")
    wide, narrow = figures(busy)[:, 0], figures(busy, limit=2.0)[:, 0]
    assert narrow[1] > 2.0 * wide[1]
    assert narrow[0] < wide[0]
    assert narrow[2] < wide[2]


def test_a_run_that_waits_longer_than_one_at_a_higher_rate_was_held_up() -> None:
    waits = {"1": "300", "2": "90", "4": "100", "8": ""}
    rows = [RUN | {"rate_per_s": rate, "ttft_ms_p95": wait} for rate, wait in waits.items()]
    assert waits_less_at_more(rows) == [True, False, False, False]
    assert waits_less_at_more([rows[0], rows[1] | {"gpu": "L4"}]) == [False, False]


def test_a_run_of_too_many_steps_has_an_error_in_its_row(catalogs: Catalogs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others of its file are predicted."""
    monkeypatch.setattr(open_loop, "StepBudget", lambda: StepBudget(2000.0, requests=-(10**6)))
    first, second = predict_rows([RUN | {"prompts": "4000"}, RUN], catalogs, SHIPPED)
    assert first["error"] == "rate_per_s: not simulated: needs more than 1,000,000 steps"
    assert first["pred_output_tok_s"] == ""
    assert second["error"] == ""
    assert float(second["pred_output_tok_s"]) > 0.0
