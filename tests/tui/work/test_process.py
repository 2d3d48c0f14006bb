from __future__ import annotations

from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from tests.tui.work.test_remote import Ends, wait
from tui.compute import PLANS
from tui.work.process import Worker
from tui.work.remote import LOST, WorkProcess
from tui.work.wire import Receiver


def test_outcomes_come_before_the_word_that_all_is_done() -> None:
    out = BytesIO()
    work = Worker(out)
    work.obey("submit", PLANS, "plan", partial(str, 5))
    wait(lambda: work._asked[PLANS] == 1 and out.getvalue().count(PLANS.encode()) >= 2)
    work.close()
    out.seek(0)
    receiver = Receiver(out, lambda _: None)
    assert [receiver.next(), receiver.next()] == [(PLANS, "plan", "5"), (PLANS, "", 1)]


def write(path: Path) -> str:
    path.write_text("x", encoding="utf-8")
    return "written"


def test_it_changes_files_in_its_folders_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))  # where the job is
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    work = WorkProcess((inside,))
    try:
        plans = Ends(work, PLANS)
        assert plans.ask("plan", partial(write, inside / "a")) == "written"
        assert "PermissionError" in plans.ask("plan", partial(write, outside / "a")).text
        assert not (outside / "a").exists()
    finally:
        work.close()


def test_a_message_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    work, told = WorkProcess(), []
    work.lost = told.append
    work.put(("no such message",))
    wait(lambda: bool(told))
    work.close()
    assert told[0].startswith(LOST)
    assert "ValueError" in told[0]
