"""What was simulated once is not simulated again, and whatever the answer depends on is another run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.confidence import Caution
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from planner.plan import runs
from planner.plan.runs import KeptRuns, Run, Timed, clocks_of
from planner.request.request import Request
from planner.simulation.limits import BrokenError
from planner.simulation.replicas import Setup
from tests.planner.conftest import EIGHT, SEVENTY, chat_request


@pytest.fixture
def run(catalogs: Catalogs) -> Run:
    design = one_design(Deployment(EIGHT, "H100", "fp8", split=Split()), catalogs)[0]
    return Run(design, 64, chat_request(model=EIGHT), 60.0, 0, Setup(1), Caution())


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """KeptRuns that were simulated."""
    done, whole = [], Run.simulated

    def counted(self: Run, *args: Any) -> Any:
        done.append(self)
        return whole(self, *args)

    monkeypatch.setattr(Run, "simulated", counted)
    return done


def test_equal_runs_are_simulated_once(run: Run, times: list[Run], coefficients: Coefficients) -> None:
    kept = KeptRuns()
    first = kept.answer(run, coefficients)
    other_model = run.request.model_copy(update={"scope": chat_request(scope={"gpus": ["H100"]}).scope})
    assert kept.answer(replace(run, request=other_model), coefficients) is first
    assert len(times) == 1
    assert KeptRuns().answer(run, coefficients) == first
    assert len(times) == 2


def changed(request: Request, **changes: Any) -> Request:
    return chat_request(model=request.model, **changes)


def test_all_that_the_answer_depends_on_makes_another_run(run: Run, catalogs: Catalogs) -> None:
    other = one_design(Deployment(EIGHT, "H100", "bf16", split=Split()), catalogs)[0]
    wider = one_design(Deployment(EIGHT, "H100", "fp8", split=Split(2, 1, 1, 1)), catalogs)[0]
    requests = [
        changed(run.request, **change)
        for change in (
            {"traffic": {"rate_per_s": 9}}, {"traffic": {"rate_per_s": 8, "cv": 2.0}}, {"input_tokens": {"mean": 900}},
            {"output_tokens": {"mean": 90}}, {"sla": {"ttft_p95_s": 2.0}},
        )
    ]  # fmt: skip
    changes: list[dict[str, Any]] = [
        {"design": other}, {"design": wider}, {"max_sequences": 8}, {"span_s": 90.0}, {"seed": 1}, {"setup": Setup(2)},
        {"caution": Caution(1.1)}, {"sla": {"ttft_p95_s": 1.0}}, *({"request": request} for request in requests),
    ]  # fmt: skip
    keys = {run.key, *(replace(run, **change).key for change in changes)}
    assert len(keys) == 1 + len(changes)


def test_what_broke_is_known_to_break(run: Run, times: list[Run], coefficients: Coefficients) -> None:
    kept, tight = KeptRuns(), replace(run, span_s=600.0, sla={"ttft_p95_s": 1e-6})
    for _ in range(2):
        with pytest.raises(BrokenError):
            kept.answer(tight, coefficients)
    assert len(times) == 1


def test_the_oldest_goes(
    run: Run, times: list[Run], coefficients: Coefficients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 1)
    kept = KeptRuns()
    for seed in (0, 1, 1, 0):
        kept.answer(replace(run, seed=seed), coefficients)
    assert [r.seed for r in times] == [0, 1, 0]


@pytest.fixture
def several(run: Run, catalogs: Catalogs) -> list[Timed]:
    """One design of each of three batch limits."""
    return [replace(run.timed, max_sequences=most) for most in (16, 32, 64)]


def test_step_times_that_are_made_together_are_those_that_runs_ask_for(
    run: Run, several: list[Timed], coefficients: Coefficients, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, alone = KeptRuns(), KeptRuns().answer(run, coefficients)
    kept.ready(several, coefficients)
    monkeypatch.setattr(Timed, "clock", None)
    assert kept.answer(run, coefficients) == alone


def test_nothing_is_made_where_the_next_is_known_or_there_is_one_alone(
    several: list[Timed], coefficients: Coefficients, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    whole = runs.clocks_of
    monkeypatch.setattr(runs, "clocks_of", lambda asked, c: made.append(len(asked)) or whole(asked, c))
    kept = KeptRuns()
    for asked in (several[:1], several, several, [several[2], several[0]]):
        kept.ready(asked, coefficients)
    assert made == [3]


def test_designs_of_other_records_wait_for_their_turn(
    several: list[Timed], catalogs: Catalogs, coefficients: Coefficients
) -> None:
    """Their columns point into tables of their own."""
    other = one_design(Deployment(EIGHT, "H200", "bf16", split=Split()), catalogs)[0]
    kept = KeptRuns()
    kept.ready([*several, replace(several[0], design=other)], coefficients)
    assert set(kept._clocks) == {each.key for each in several}


def test_a_design_without_room_for_a_cache_has_no_step_times(
    several: list[Timed], catalogs: Catalogs, coefficients: Coefficients
) -> None:
    full = one_design(Deployment(SEVENTY, "L4", "bf16", split=Split()), catalogs)[0]
    assert clocks_of([replace(several[0], design=full)] * 2, coefficients) == [None, None]
    whole = replace(full, tp=np.array([8]), pp=np.array([2]))
    asked = [replace(several[0], design=each) for each in (full, whole)]
    assert clocks_of(asked, coefficients) == [None, asked[1].clock(coefficients)]
