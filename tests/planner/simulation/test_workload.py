from __future__ import annotations

import numpy as np
import pytest

from planner.answers import Plan
from planner.errors import InputError
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.simulation.workload import drawn, from_trace, generated
from planner.traffic.traces import Trace
from tests.planner.conftest import chat_request


def test_the_same_seed_draws_the_same_requests() -> None:
    a, b, other = (generated(chat_request(), 60.0, seed) for seed in (1, 1, 2))
    assert a.jobs.arrival_s == b.jobs.arrival_s
    assert a.jobs.input_tokens == b.jobs.input_tokens
    assert a.jobs.arrival_s != other.jobs.arrival_s
    assert len(a.jobs) == pytest.approx(480, rel=0.2)
    with pytest.raises(InputError, match="no request arrives"):
        generated(chat_request(traffic={"rate_per_s": 1e-6}), 1.0, 0)
    with pytest.raises(InputError, match=r"traffic\.drift_s: .* \(at least .* s\)"):
        generated(chat_request(traffic={"rate_per_s": 1.0, "drift": (0.5, 0.0), "drift_s": 1e-9}), 600.0, 0)


def test_a_planned_cluster_is_its_design_again(context: Context) -> None:
    answer = explore(chat_request(scope={"gpus": ["H100"]}), context).answer
    assert isinstance(answer, Plan)
    d, r = answer.cluster.design, answer.cluster.replica
    assert d is not None
    assert (int(d.tp[0]), int(d.pp[0]), int(d.dp[0])) == (r.tp, r.pp, r.dp)
    assert (d.formats[d.fmt[0]].id, d.kv_formats[d.kv[0]].id) == (r.weight_format, r.kv_format)
    assert d.gpus[d.gpu[0]].name == answer.cluster.machine.gpu


def test_a_trace_is_stretched_to_a_rate_with_its_gaps_in_proportion() -> None:
    times = np.array([0.0, 1.0, 4.0])
    hashes, starts = np.array([7, 8, 9]), np.array([0, 2, 2, 3])
    trace = Trace(times, np.array([10, 20, 30]), np.array([1, 2, 3]), hashes, starts, rows=5, named={"bad": 2})
    found = from_trace(trace, "t.csv", rate_per_s=2.0 * len(trace) / trace.seconds)
    assert found.jobs.arrival_s == pytest.approx([0.0, 0.5, 2.0])
    assert found.jobs.hashes == [[7, 8], [], [9]]
    assert (found.rows, found.named, found.source) == (5, {"bad": 2}, "t.csv")


def test_runs_of_one_draw_share_what_is_asked_and_nothing_else() -> None:
    made = drawn(chat_request(), 60.0, 0, None)
    first, second = made.jobs().jobs, made.jobs().jobs
    assert first.arrival_s is second.arrival_s
    first.first_s[0], first.refused[1], first.retried[2] = 1.0, 1, 3
    assert second.first_s[0] != second.first_s[0], "not yet"
    assert (second.refused[1], second.retried[2]) == (0, 0)
    some = made.jobs(0.5).jobs
    assert 0.4 * len(first) < len(some) < 0.6 * len(first)
    assert set(some.arrival_s) < set(first.arrival_s)
