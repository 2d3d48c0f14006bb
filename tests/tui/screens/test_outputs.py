"""What leaves the interface: the deployment and a report as files; texts for the clipboard are in the journeys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.answers import Plan
from planner.errors import InputError
from planner.plan.explore import Explored
from planner.planner import Planner
from tests.tui.conftest import H100, answered, app, main_screen, until
from tui import jobs
from tui.root import Root
from tui.screens.outputs import copied

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once")


def test_the_deployment_is_written_as_its_engine_starts_it_or_as_asked(
    planner: Planner, explored: Explored, tmp_path: Path
) -> None:
    plan = explored.answer
    assert isinstance(plan, Plan)
    said, nothing = jobs.deploy_job(plan, planner, "", tmp_path / "deploy.sh")
    assert "saved as" in said
    assert nothing is None
    assert (tmp_path / "deploy.sh").read_text() == jobs.script_job(plan, planner, "")[1]
    jobs.deploy_job(plan, planner, "kubernetes", tmp_path / "deploy.yaml")
    assert "kind: Deployment" in (tmp_path / "deploy.yaml").read_text()
    with pytest.raises(InputError, match="nearest"):
        jobs.deploy_job(plan, planner, "kubernets", tmp_path / "other")


def test_a_report_is_of_the_question(planner: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Planner, "report", lambda self, request, terms: asked.append(request))
    monkeypatch.setattr("planner.document.written.write_report", lambda report, path: path.write_text("made"))
    jobs.report_job(H100, planner, tmp_path / "r.md")
    assert (tmp_path / "r.md").read_text() == "made"
    assert asked[0].model == H100["model"]
    with pytest.raises(InputError):
        jobs.report_job(H100, planner, tmp_path / "r.doc")


async def test_others_at_a_browser_write_no_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app(root=Root(tmp_path)).run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        await pilot.press("D", "enter", "R", "enter")
        await until(pilot, lambda: main_screen(pilot).settled)
        assert not list(tmp_path.iterdir())
        copied: list[str] = []
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await pilot.press("y")
        await until(pilot, lambda: bool(copied))
        assert copied[0].startswith("#!/bin/sh")


def test_the_terminal_is_not_said_to_have_taken_what_it_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    assert copied("the command") == "sent to the clipboard of the terminal: the command"
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    assert "set-clipboard on" in copied("the command")
