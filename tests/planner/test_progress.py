from __future__ import annotations

from functools import partial

import pytest

from planner.planner import Planner
from planner.progress import Progress, checkpoint, each, leaving, part, phase
from planner.request.request import Request
from tests.consistency.drawn import TORTURE


class Bar:
    """Keeps what it was told, by phase."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self._tell("whole", done, total)

    def phase(self, name: str) -> Progress:
        return partial(self._tell, name)

    def _tell(self, name: str, done: int, total: int) -> None:
        self.told.append((name, done, total))


def test_who_tells_phases_apart_hears_their_names() -> None:
    bar = Bar()
    told = phase(bar, "simulation 2")
    assert told is not None
    told(3, 7)
    assert bar.told == [("simulation 2", 3, 7)]


def test_a_plain_callback_hears_every_phase() -> None:
    heard: list[tuple[int, int]] = []

    def plain(done: int, total: int) -> None:
        heard.append((done, total))

    told = phase(plain, "simulation 2")
    assert told is plain
    told(3, 7)
    assert heard == [(3, 7)]


def test_nobody_who_listens_is_nobody_told() -> None:
    assert phase(None, "simulation 2") is None


def test_parts_tell_of_the_whole_and_never_begin_anew() -> None:
    heard: list[float] = []

    def plain(done: int, total: int) -> None:
        heard.append(done / total)

    for number, total in enumerate((4, 7, 2)):
        told = part(plain, number, 3)
        assert told is not None
        for done in range(total + 1):
            told(done, total)
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)
    assert part(None, 0, 3) is None


def test_an_item_is_told_of_when_it_is_done() -> None:
    told: list[tuple[int, int]] = []
    for item in each([0, 1, 2], lambda done, total: told.append((done, total))):
        assert len(told) == item
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert list(each([], None)) == []


class LeftError(Exception):
    """The work was left."""


def test_work_is_left_at_a_checkpoint_and_nowhere_after() -> None:
    def leave() -> None:
        raise LeftError

    with pytest.raises(LeftError), leaving(leave):
        checkpoint()
    checkpoint()


@pytest.mark.parametrize("count", [1, 5, 20, 60, 150] if TORTURE else [5, 60])
def test_a_plan_that_was_left_is_the_same_when_asked_again(count: int) -> None:
    request = Request.model_validate(
        {
            "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 4.0}, "input_tokens": {"mean": 500.0},
            "output_tokens": {"mean": 100.0}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H100", "L40S"]},
        }
    )  # fmt: skip
    left = 0

    def leave() -> None:
        nonlocal left
        left += 1
        if left == count:
            raise LeftError

    planner = Planner()
    with pytest.raises(LeftError), leaving(leave):
        planner.plan(request)
    assert planner.plan(request) == Planner().plan(request)
