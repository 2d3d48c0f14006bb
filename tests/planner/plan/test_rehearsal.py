from __future__ import annotations

import pytest

from planner.answers import Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.plan.explore import Explored
from planner.plan.rehearsal import Rehearsal, rehearse
from planner.simulation.progress import Glance
from tests.planner.conftest import chat_request


def test_a_run_is_seen_while_it_goes_and_every_request_counts(catalogs: Catalogs, explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)
    seen: list[Glance] = []
    asked = Rehearsal(seconds=400.0, seed=3)
    outcome = rehearse(chat_request(), explored.answer.cluster, asked, catalogs, seen.append)
    assert [g.sent for g in seen] == sorted(g.sent for g in seen)
    assert seen[-1].sent == seen[-1].requests == outcome.requests
    assert (seen[-1].waiting, seen[-1].answering) == (0, 0)
    assert seen[-1].ttft_p50_s <= seen[-1].ttft_p95_s
    with pytest.raises(InputError, match="seconds"):
        rehearse(chat_request(), explored.answer.cluster, Rehearsal(seconds=float("nan")), catalogs, seen.append)


def test_an_exception_of_the_watcher_ends_the_run(catalogs: Catalogs, explored: Explored) -> None:
    assert isinstance(explored.answer, Plan)

    class StopError(Exception):
        pass

    def stop(glance: Glance) -> None:
        raise StopError

    with pytest.raises(StopError):
        rehearse(chat_request(), explored.answer.cluster, Rehearsal(), catalogs, stop)
