from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.plan.explore import Explored
from planner.plan.rehearsal import Deployed, Rehearsal, rehearse
from planner.simulation.progress import Glance
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
