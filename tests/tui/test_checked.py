"""The answer that is shown at once is replaced by the simulated one; an old question's never stands for a newer one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from textual.pilot import Pilot
from textual.widgets import Input, Static, TabbedContent

from planner.cli.main import main
from planner.progress import checkpoint, leaving
from tests.consistency.drawn import TORTURE
from tests.tui.conftest import answered, headline, main_screen, until
from tui import jobs
from tui.app import GpuPlanApp
from tui.views.money import MoneyView
from tui.widgets.badge import ANOTHER, CHECKING, HOLDS, INFEASIBLE, OUTDATED, STALE, UNCHECKED, Badge
from tui.widgets.candidates import CandidateGrid
from tui.widgets.chart import Chart

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once", "whole_screens_are_drawn_only")
SMALL: dict[str, Any] = {
    "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 0.5}, "input_tokens": {"mean": 500.0},
    "output_tokens": {"mean": 100.0}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["L40S"]},
}  # fmt: skip
# The closed form's plan breaks the first-token limit in the simulation: bursts.
DEARER = {**SMALL, "traffic": {"rate_per_s": 1.5, "cv": 3.0}, "sla": {"ttft_p95_s": 0.14}}
# Sizes, with colours and without; the others with GPUPLAN_TORTURE=1.
BADGES = [((80, 24), False), ((160, 50), True), *([((80, 24), True), ((160, 50), False)] if TORTURE else [])]
# The closed form asks for more replicas than dollars allow, and fewer hold.
WITHIN: dict[str, Any] = {
    "model": "meta-llama/Llama-3.3-70B-Instruct", "confidence": 0.8, "traffic": {"rate_per_s": 9.0},
    "input_tokens": {"mean": 1155.0, "p95": 3200.0}, "output_tokens": {"mean": 211.0, "p95": 500.0},
    "sla": {"ttft_p95_s": 2.0, "tpot_p95_s": 0.05}, "scope": {"gpus": ["H100"], "engines": ["vllm"]},
    "limits": {"max_usd_per_hour": 18.0},
}  # fmt: skip
TOO_LONG = {**SMALL, "traffic": {"rate_per_s": 50_000.0}}


def badge(pilot: Pilot[Any]) -> str:
    return main_screen(pilot).query_one(Badge).state


def put(pilot: Pilot[Any], field: str, text: str) -> None:
    main_screen(pilot).query_one(f"#{field}", Input).value = text


def plan_view(pilot: Pilot[Any]) -> Any:
    return main_screen(pilot).query_one("#plan")


async def settled(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
    await until(pilot, lambda: main_screen(pilot).settled and badge(pilot) not in (CHECKING, STALE))
    await until(pilot, lambda: "..." not in headline(pilot).text)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Checks end only once it is set."""
    event, check = threading.Event(), jobs.verified_job

    def held(number: int, explored: Any, planner: Any) -> Any:
        while not event.wait(0.01):
            checkpoint()
        return check(number, explored, planner)

    monkeypatch.setattr(jobs, "verified_job", held)
    yield event
    event.set()


@pytest.mark.parametrize(("size", "colour"), BADGES)
async def test_the_badge_goes_from_checking_to_holds(
    gate: threading.Event, size: tuple[int, int], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    async with GpuPlanApp(SMALL).run_test(size=size) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and badge(pilot) == CHECKING)
        shown = main_screen(pilot).query_one(Badge)
        assert CHECKING in str(shown.render())
        gate.set()
        await until(pilot, lambda: badge(pilot) == HOLDS)
        assert HOLDS in str(shown.render())
        assert shown.region.width > len(HOLDS)
        assert shown.region.bottom <= size[1]
        await settled(pilot)
        assert plan_view(pilot).details.answer.verification is not None


async def test_another_winner_takes_the_place_of_the_first(gate: threading.Event) -> None:
    said = "broke in the simulation"
    async with GpuPlanApp(DEARER).run_test(size=(160, 50)) as pilot:
        first = await answered(pilot)
        gate.set()
        await until(pilot, lambda: badge(pilot) == ANOTHER)
        await settled(pilot)
        details = plan_view(pilot).details
        cluster = details.answer.cluster
        dollars = f"${cluster.cost.usd_per_hour:,.2f} an hour"
        assert dollars in headline(pilot).text
        assert dollars not in first
        assert said in str(main_screen(pilot).query_one(Badge).render())
        assert (details.cluster.machine, details.cluster.replica) == (cluster.machine, cluster.replica)
        assert details.cluster.replicas == cluster.replicas
        assert all(check.holds for check in details.answer.verification.sla)
        chosen = main_screen(pilot).query_one(CandidateGrid).chosen
        assert chosen is not None
        assert chosen.usd_per_hour == pytest.approx(cluster.cost.usd_per_hour)
        sides = main_screen(pilot).query_one("#sides", TabbedContent)
        sides.active = "side-sources"
        await until(pilot, lambda: "simulated: " in str(plan_view(pilot).query_one("#sources").render()))
        assert said in str(plan_view(pilot).query_one("#sources").render())
        sides.active = "side-load"
        await until(pilot, lambda: plan_view(pilot).query_one("#load", Chart).picture is not None)
        breaks = plan_view(pilot).query_one("#load", Chart).picture.down[1].at
        assert breaks == pytest.approx(cluster.sla_breaks_at_rate_per_s)


async def test_what_follows_uses_the_simulated_winner(gate: threading.Event) -> None:
    async with GpuPlanApp(DEARER).run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        main_screen(pilot).query_one("#sides", TabbedContent).active = "side-why"
        await pilot.pause()
        put(pilot, "why", "H100")
        main_screen(pilot).query_one("#why", Input).focus()
        await pilot.press("enter")
        reasons = main_screen(pilot).query_one("#reasons", Static)
        await until(pilot, lambda: "after the plan is checked" in str(reasons.render()))
        gate.set()
        await settled(pilot)
        await until(pilot, lambda: "H100: costs 41.8% less: " in str(reasons.render()))
        main_screen(pilot).query_one(CandidateGrid).focus()
        await pilot.press("p")
        await until(pilot, lambda: bool(main_screen(pilot).session.pins))
        details = plan_view(pilot).details
        assert [pin.found for pin in main_screen(pilot).session.pins] == [details]
        await pilot.press("f6")
        replicas = details.answer.cluster.replicas
        await until(pilot, lambda: bool(main_screen(pilot).query("#simulate-head")))
        head = main_screen(pilot).query_one("#simulate-head", Static)
        await until(pilot, lambda: f"{replicas} x Qwen" in str(head.render()))
        assert "1.5 requests a second" in str(head.render())


async def test_a_late_check_never_replaces_a_newer_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    hold, begun, gate, check = threading.Event(), threading.Event(), threading.Event(), jobs.verified_job
    states: list[str] = []
    late: list[Any] = []
    show = Badge.show

    def held(number: int, explored: Any, planner: Any) -> Any:
        if explored.request.sla != DEARER["sla"]:
            return check(number, explored, planner)
        while not hold.wait(0.01):
            checkpoint()
        with leaving(lambda: None):  # gives way to nothing from here on
            found = check(number, explored, planner)
        late.append(found)
        begun.set()
        gate.wait(30)
        return found

    def noted(self: Badge, state: str, why: str = "") -> None:
        states.append(state)
        show(self, state, why)

    monkeypatch.setattr(jobs, "verified_job", held)
    monkeypatch.setattr(Badge, "show", noted)
    async with GpuPlanApp(DEARER).run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        hold.set()
        await until(pilot, begun.is_set)
        put(pilot, "sla-ttft", "20")
        await until(pilot, lambda: badge(pilot) == STALE)
        assert headline(pilot).has_class("-stale")
        assert main_screen(pilot).query_one(CandidateGrid).has_class("-stale")
        gate.set()
        await until(pilot, lambda: badge(pilot) == HOLDS)
        await settled(pilot)
        main_screen(pilot)._deliver("verify", late[0])  # as where it was on its way when the question changed
        await settled(pilot)
        assert ANOTHER not in states
        assert not headline(pilot).has_class("-stale")
        assert [c.limit_s for c in plan_view(pilot).details.answer.verification.sla] == [20.0]


async def test_a_check_gives_way_to_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, check, runs = threading.Event(), jobs.verified_job, []

    def endless(number: int, explored: Any, planner: Any) -> Any:
        runs.append(explored)
        if len(runs) > 1:
            return check(number, explored, planner)
        begun.set()
        for _ in range(600):
            checkpoint()
            threading.Event().wait(0.05)
        raise AssertionError("nothing made it give way")

    monkeypatch.setattr(jobs, "verified_job", endless)
    async with GpuPlanApp({**SMALL, "scope": {"gpus": ["L40S", "H100"]}}).run_test(size=(160, 50)) as pilot:
        await until(pilot, begun.is_set)
        await answered(pilot)  # the details come although the check runs
        if len(runs) == 1:  # they came before it began: those of another candidate do
            main_screen(pilot).query_one(CandidateGrid).focus()
            await pilot.press("down")
        await settled(pilot)
        assert badge(pilot) == HOLDS
        assert len(runs) > 1
        assert runs[0] is runs[-1]


async def test_a_plan_without_a_check_and_no_plan_say_so() -> None:
    async with GpuPlanApp(TOO_LONG).run_test(size=(80, 24)) as pilot:
        await answered(pilot)
        await until(pilot, lambda: badge(pilot) == UNCHECKED)
        assert UNCHECKED in str(main_screen(pilot).query_one(Badge).render())
        put(pilot, "sla-tpot", "0.00001")
        await until(pilot, lambda: badge(pilot) == INFEASIBLE)
        put(pilot, "traffic-rate_per_s", "4e")
        await until(pilot, lambda: headline(pilot).state == "error")
        put(pilot, "traffic-rate_per_s", "4")
        put(pilot, "sla-tpot", "")
        await settled(pilot)
        put(pilot, "traffic-rate_per_s", "4e")
        await until(pilot, lambda: badge(pilot) == OUTDATED)
        assert main_screen(pilot).query_one(CandidateGrid).has_class("-stale")


async def test_limits_that_only_the_simulation_keeps_lead_from_infeasible_to_the_plan_that_holds(
    gate: threading.Event,
) -> None:
    async with GpuPlanApp(WITHIN).run_test(size=(160, 50)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and headline(pilot).state == "infeasible")
        assert badge(pilot) == CHECKING
        gate.set()
        assert "9 x H100 SXM" in await answered(pilot)
        await settled(pilot)
        assert badge(pilot) == HOLDS
        entries = main_screen(pilot).query_one(CandidateGrid).entries
        assert entries[0].usd_per_hour <= 18.0
        assert main_screen(pilot).answer.status == "feasible"  # type: ignore[union-attr]
        assert plan_view(pilot).details.cluster.cost.usd_per_hour == entries[0].usd_per_hour
        await pilot.press("n")
        assert main_screen(pilot).session.texts["limits.max_usd_per_hour"] == "18"


async def test_limits_that_nothing_keeps_stay_infeasible_and_the_nearest_is_what_holds(gate: threading.Event) -> None:
    async with GpuPlanApp({**WITHIN, "limits": {"max_usd_per_hour": 10.0}}).run_test(size=(160, 50)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and badge(pilot) == CHECKING)
        gate.set()
        await until(pilot, lambda: badge(pilot) == INFEASIBLE)
        assert headline(pilot).state == "infeasible"
        assert "$17.28 an hour" in headline(pilot).text
        assert main_screen(pilot).query_one(CandidateGrid).row_count == 0
        await pilot.press("n")
        assert "9 x H100 SXM" in await answered(pilot)
        assert main_screen(pilot).session.texts["limits.max_usd_per_hour"] == "17.28"


async def test_money_where_nothing_hosts_the_model_says_what_binds() -> None:
    async with GpuPlanApp({**SMALL, "limits": {"max_usd_per_hour": 0.01}}).run_test(size=(160, 50)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]) and badge(pilot) == INFEASIBLE)
        await pilot.press("f5")
        await until(pilot, lambda: bool(main_screen(pilot).query(MoneyView)))
        head = main_screen(pilot).query_one("#money-head", Static)
        await until(pilot, lambda: "Infeasible: limits.max_usd_per_hour" in str(head.render()))
        assert "Nearest: $" in str(head.render())


async def test_undo_after_opening_a_file_takes_all_of_it_back(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    peaks = [0.1] * 23 + [10.0]
    path.write_text(tomli_w.dumps({**SMALL, "traffic": {"rate_per_s": 1.0, "profile": peaks}}))
    async with GpuPlanApp(SMALL).run_test(size=(160, 50)) as pilot:
        await settled(pilot)
        before = headline(pilot).text
        await pilot.press("ctrl+o")
        pilot.app.screen.query_one("#path", Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: main_screen(pilot).session.path == path)
        await settled(pilot)
        opened = headline(pilot).text
        assert opened != before
        await pilot.press("ctrl+z")
        await settled(pilot)
        session = main_screen(pilot).session
        assert "profile" not in session.data()["traffic"]
        assert session.path is None
        assert headline(pilot).text == before
        await pilot.press("ctrl+y")
        await settled(pilot)
        assert session.data()["traffic"]["profile"] == peaks
        assert headline(pilot).text == opened


async def test_a_file_with_money_saved_here_is_taken_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "money.toml"
    async with GpuPlanApp({**SMALL, "tco": {"apis": ["openai/gpt-4o"], "owned": ["L40S"]}}).run_test() as pilot:
        await answered(pilot)
        main_screen(pilot)._save(path)
    assert "[tco]" in path.read_text()
    for command in (["plan"], ["quant"], ["simulate", "--duration", "100"]):
        assert main([*command, "-w", str(path), "--catalog", str(tmp_path), "--format", "json"]) == 0
        assert capsys.readouterr().out.startswith("{")


async def test_the_details_of_the_winner_are_those_of_its_simulation() -> None:
    """The comparison had the rate that breaks of the closed form, or of the simulation, by what came first."""
    async with GpuPlanApp(SMALL).run_test(size=(160, 50)) as pilot:
        await settled(pilot)
        screen = main_screen(pilot)
        await until(pilot, lambda: screen.settled)
        plan = plan_view(pilot)
        assert plan.details.cluster.sla_breaks_by == "simulation"
        assert plan.details.cluster == plan.details.answer.cluster
