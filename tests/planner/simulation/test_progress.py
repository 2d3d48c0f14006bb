from __future__ import annotations

import numpy as np
import pytest

from planner.simulation.jobs import floats
from planner.simulation.progress import glance
from tests.planner.simulation.conftest import jobs


def test_requests_are_counted_by_how_far_they_got() -> None:
    run = jobs(4, gap=1.0, osl=11)
    run.first_s[:2] = floats([0.5, 1.5])
    run.finish_s[0] = 1.5
    seen = glance(run, 3)
    assert (seen.sent, seen.requests, seen.waiting, seen.answering, seen.at_s) == (3, 4, 1, 1, 2.0)
    assert seen.ttft_p50_s == pytest.approx(0.5)
    assert seen.tpot_p95_s == pytest.approx(0.1)


def test_before_the_first_request_there_are_no_percentiles() -> None:
    seen = glance(jobs(2), 0)
    assert (seen.sent, seen.waiting) == (0, 0)
    assert np.isnan([seen.ttft_p50_s, seen.ttft_p95_s, seen.tpot_p95_s]).all()
