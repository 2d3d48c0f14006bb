from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.load.demand import Demand
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment
from planner.plan.explore import Explored
from planner.plan.rehearsal import Deployed, Rehearsal, rehearse
from planner.planner import Planner
from planner.request.engine import EngineSettings
from planner.simulation.progress import Glance
from planner.simulation.replicas import Outage
from tests.planner.conftest import chat_request


def planned(explored: Explored, coefficients: Coefficients) -> Deployed:
    assert isinstance(explored.answer, Plan)
    return Deployed.planned(explored.answer.cluster, chat_request(), coefficients)


def test_a_run_is_seen_while_it_goes_and_every_request_counts(coefficients: Coefficients, explored: Explored) -> None:
    seen: list[Glance] = []
    asked = Rehearsal(seconds=400.0, seed=3)
    outcome = rehearse(chat_request(), planned(explored, coefficients), asked, coefficients, seen.append)
    assert [g.sent for g in seen] == sorted(g.sent for g in seen)
    assert seen[-1].sent == seen[-1].requests == outcome.requests
    assert (seen[-1].waiting, seen[-1].answering) == (0, 0)
    assert seen[-1].ttft_p50_s <= seen[-1].ttft_p95_s
    with pytest.raises(InputError, match="seconds"):
        rehearse(
            chat_request(), planned(explored, coefficients), Rehearsal(seconds=float("nan")), coefficients, seen.append
        )


def test_an_exception_of_the_watcher_ends_the_run(coefficients: Coefficients, explored: Explored) -> None:

    class StopError(Exception):
        pass

    def stop(glance: Glance) -> None:
        raise StopError

    with pytest.raises(StopError):
        rehearse(chat_request(), planned(explored, coefficients), Rehearsal(), coefficients, stop)


def test_what_if_runs_of_a_plan_have_the_traffic_that_it_was_checked_on(
    coefficients: Coefficients, explored: Explored
) -> None:
    """Once a lost replica looked twice as fast: its run was drawn at midnight, without the growth."""
    quiet = {"profile": (*([1.0] * 23), 9.0), "rate_per_s": 2.0}
    request = chat_request(traffic=quiet)
    run = Rehearsal(seconds=300.0)
    asked, busy = (
        rehearse(request, planned(explored, coefficients), one, coefficients) for one in (run, run.as_checked(None))
    )
    assert busy.requests == pytest.approx(300.0 * request.traffic.peak_per_s, rel=0.2)
    again = rehearse(request, planned(explored, coefficients), run.as_checked(busy), coefficients)
    assert again.ttft_s == busy.ttft_s
    counted = Rehearsal(seconds=900.0, requests=400).as_checked(busy)
    assert (counted.seconds, counted.busiest) == (900.0, True)
    alone = replace(planned(explored, coefficients), replicas=1)
    with pytest.raises(InputError, match="--lose"):
        rehearse(request, alone, Rehearsal(losses=(Outage(0.0, 1.0),)), coefficients)
    assert asked.requests < 0.5 * busy.requests


@pytest.mark.parametrize("count", [0, -5, 2.5, "5"])
def test_a_run_ends_after_a_whole_number_of_requests(count: Any) -> None:
    with pytest.raises(InputError, match="requests"):
        Rehearsal(requests=count).check()


def test_a_run_of_too_many_steps_says_which_limit_was_met_and_what_is_within_it(catalogs: Catalogs) -> None:
    """Once minutes of computing."""
    slow = Deployment("Qwen/Qwen3-8B", "L40S", settings=EngineSettings(max_num_batched_tokens=1))
    planner, request = Planner(catalogs=catalogs), chat_request(model="Qwen/Qwen3-8B")
    said = r"seconds \(--duration\): not simulated: needs about [\d,]+ steps, at most [\d,]+ \(at most about (\d+) s"
    with pytest.raises(InputError, match=said) as error:
        planner.simulate(request, slow, Rehearsal(seconds=40_000.0))
    within = re.search(said, str(error.value))
    assert within is not None
    shorter = Rehearsal(seconds=0.9 * float(within[1]))
    demand = Demand.of(request)
    assert 0.5e6 < shorter.seconds * request.traffic.peak_per_s * demand.isl < 1e6


def test_a_long_run_is_looked_at_a_hundred_times_at_most(coefficients: Coefficients, explored: Explored) -> None:
    """Each glance goes through all requests so far: of a million there were two thousand."""
    seen: list[Glance] = []
    asked = Rehearsal(seconds=110_000.0 / chat_request().traffic.peak_per_s, seed=3)
    rehearse(chat_request(), planned(explored, coefficients), asked, coefficients, seen.append)
    assert 50 < len(seen) <= 112
    assert seen[-1].sent == seen[-1].requests


def test_a_run_of_many_requests_is_one_that_states_them(coefficients: Coefficients, explored: Explored) -> None:
    """Once two million requests of a rate and a time took a minute and 800 MB."""
    one, request = planned(explored, coefficients), chat_request(traffic={"rate_per_s": 1e5})
    with pytest.raises(InputError, match=r"not between 1 and 400,000 requests \(at most 4 s, or state --requests\)"):
        rehearse(request, one, Rehearsal(seconds=20.0), coefficients)
    many, long = replace(one, replicas=1000), chat_request(traffic={"rate_per_s": 1e5}, input_tokens={"mean": 30_000})
    with pytest.raises(InputError, match=r"not simulated: needs about .* state --requests"):
        rehearse(long, many, Rehearsal(seconds=3.9, all_replicas=True), coefficients)
    sampled = rehearse(request, many, Rehearsal(seconds=3.9), coefficients)
    assert (sampled.replicas, sampled.replicas_simulated) == (1000, 31)
    assert rehearse(request, many, Rehearsal(seconds=8.0, requests=2000), coefficients).requests == 2000
