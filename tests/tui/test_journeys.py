"""What people come for, each within eight keys beside the names and values that are typed; one app for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TabbedContent

from tests.tui.conftest import app, headline, main_screen, paste, until
from tui.screens.main import MainScreen
from tui.widgets.badge import CHECKING, Badge
from tui.widgets.candidates import CandidateGrid
from tui.widgets.chart import Chart
from tui.widgets.grid import Grid
from tui.widgets.run_sides import RunSides

pytestmark = pytest.mark.usefixtures(
    "equal_plans_are_simulated_once", "whole_screens_are_drawn_only", "crossings_of_the_same_machines"
)
MOST = 8
DATA = {
    "model": "Qwen/Qwen2.5-7B-Instruct", "traffic": {"rate_per_s": 4.0}, "input_tokens": {"mean": 500.0},
    "output_tokens": {"mean": 100.0}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["H200", "L40S"]},
}  # fmt: skip


class Hands:
    """Presses keys and counts them; names and values count nothing, and are pasted."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot, self.count = pilot, 0

    @property
    def screen(self) -> MainScreen:
        return main_screen(self.pilot)

    async def press(self, *keys: str) -> None:
        self.count += len(keys)
        await self.pilot.press(*keys)

    async def name(self, text: str) -> None:
        await paste(self.pilot, text)

    async def command(self, text: str) -> None:
        """`:`, a line, enter."""
        await self.press("colon")
        await self.name(text)
        await self.press("enter")

    async def until(self, true: Callable[[], bool]) -> None:
        await until(self.pilot, true, 60.0)

    def done(self, most: int = MOST) -> None:
        """The journey ends here, within its keys."""
        assert 0 < self.count <= most
        self.count = 0

    def text(self, selector: str) -> str:
        return str(self.screen.query_one(selector, Static).render())


async def test_journeys_over_the_question() -> None:
    async with app(DATA).run_test(size=(150, 44)) as pilot:
        hands = Hands(pilot)
        await hands.until(lambda: bool(pilot.app.screen_stack[1:]) and hands.screen.settled)
        texts = lambda key: hands.screen.session.texts[key]  # noqa: E731
        grid = hands.screen.query_one(CandidateGrid)
        first = dict(hands.screen.session.texts)

        # (a) size a 70B for 8 requests a second
        await hands.press("m")
        await hands.name("llama3.370b")
        await hands.press("enter", "r")
        await hands.name("8")
        await hands.press("enter")
        assert texts("model") == "meta-llama/Llama-3.3-70B-Instruct"
        await hands.until(lambda: headline(pilot).state == "answer" and "8 of" in headline(pilot).text)
        hands.done(4)

        # (j) undo, over model and rate
        await hands.press("u", "u")
        assert hands.screen.session.texts == first
        await hands.press("U")
        assert texts("model") != first["model"]
        await hands.press("u")
        hands.done()

        # (k) find one of hundreds of models
        await hands.press("m")
        assert len(hands.screen.names["model"]) > 300
        await hands.name("q332b")
        await hands.press("enter")
        assert texts("model") == "Qwen/Qwen3-32B"
        await hands.press("u")
        hands.done(3)

        # (b) H100 and H200, on demand, of one provider
        await hands.press("g", "backspace")
        await hands.name("h100s")
        await hands.press("space")
        await hands.name("h200s")
        await hands.press("enter", "c")
        await hands.name("aws")
        await hands.press("enter", "o")
        await hands.name("demand")
        await hands.press("enter")
        assert texts("scope.gpus") == "H100 SXM, H200 SXM"
        assert (texts("scope.providers"), texts("scope.commitment")) == ("aws", "on_demand")
        await hands.until(lambda: {e.provider for e in grid.entries} == {"aws"} and grid.row_count > 0)
        assert {e.gpu for e in grid.entries} <= {"H100 SXM", "H200 SXM"}
        hands.done(8)

        # (c) why L40S loses
        await hands.command("why l40s")
        await hands.until(lambda: "L40S: " in hands.text("#reasons") and "computing" not in hands.text("#reasons"))
        assert hands.screen.query_one("#sides", TabbedContent).active == "side-why"
        hands.done(2)

        # (l) memory by part, and what binds
        await hands.press("d", "full_stop", "comma")
        assert "requests a second" in headline(pilot).text
        hands.done(3)

        # (e) compare three candidates
        await hands.press("u", "u")
        await hands.until(lambda: hands.screen.settled and grid.row_count > 4)
        hands.count = 0
        await hands.press("a")
        for key in ("j", "j", "3"):
            await hands.until(lambda: hands.screen.settled)
            await hands.press("p", key)
        assert len(hands.screen.session.pins) == 3
        await hands.until(lambda: "* " in hands.text("#compare-table"))
        hands.done(7)


async def test_journeys_through_the_views(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    async with app(DATA).run_test(size=(150, 44)) as pilot:
        hands = Hands(pilot)
        await hands.until(lambda: bool(pilot.app.screen_stack[1:]) and hands.screen.settled)

        # (d) the format on L40S that halves the cost at least loss
        await hands.press("g", "backspace")
        await hands.name("l40s")
        await hands.press("enter", "2")
        await hands.until(lambda: bool(hands.screen.query("#quant-head")) and "halves" in hands.text("#quant-head"))
        assert hands.screen.query_one("#quant-grid", Grid).row_count > 10
        hands.done(4)

        # (g) an API against own machines at 50 M tokens a month
        await hands.command("tokens 50M")
        await hands.press("4")
        await hands.until(lambda: bool(hands.screen.query("#costs")) and hands.screen.settled
                          and hands.screen.query_one("#costs", Grid).row_count > 3)  # fmt: skip
        assert hands.screen.session.data()["traffic"] == {"tokens_per_month": 5e7}
        hands.done(3)

        # (h) simulate the winner on a trace, see the distribution
        (tmp_path / "day.csv").write_text("arrival_s,input_tokens,output_tokens\n" + "".join(
            f"{n / 4},{400 + n % 200},{80 + n % 40}\n" for n in range(400)
        ))  # fmt: skip
        await hands.press("colon")
        await hands.name("trace da")
        await hands.press("tab", "enter")
        await hands.until(lambda: bool(hands.screen.query("#result")) and hands.screen.settled)
        await hands.press("r")
        await hands.until(lambda: "day.csv" in hands.text("#result"))
        hands.done(4)
        assert hands.screen.query_one(RunSides).active == "run-spread"
        spread = hands.screen.query_one("#spread-tpot", Chart).picture
        assert spread is not None
        assert spread.down[0].at == 0.05
        assert "400 requests" in hands.text("#result")
        await hands.press("comma")
        course = hands.screen.query_one("#live-chart", Chart).picture
        assert course is not None
        assert [s.name for s in course.series] == ["waiting", "running"]
        hands.done(1)

        # (f) dollars against rate and limits
        await hands.press("7")
        await hands.until(lambda: bool(hands.screen.query("#whatif-curve")) and hands.screen.settled
                          and (drawn := hands.screen.query_one("#whatif-curve", Chart).picture) is not None
                          and len(drawn.series[0].x) > 4)  # fmt: skip
        await hands.press("j")
        await hands.until(lambda: "TTFT limit" in hands.text("#whatif-head") and hands.screen.settled)
        await hands.press("b")
        await hands.until(lambda: "and" in hands.text("#whatif-head") and "$" in hands.text("#whatif-map"))
        hands.done(3)

        # (i) save, reload, copy the command and the deployment
        copied: list[str] = []
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await hands.press("ctrl+s", "enter")
        assert (tmp_path / "workload.toml").exists()
        await hands.press("ctrl+o", "enter", "Y", "y")
        await hands.until(lambda: len(copied) == 2)
        assert copied[0].startswith("gpuplan plan --model Qwen/Qwen2.5-7B-Instruct --tokens-per-month 50000000")
        assert copied[1].startswith("#!/bin/sh")
        assert "vllm serve" in copied[1]
        hands.done(6)

        # (m) theme and help
        await hands.command("theme gpuplan-light")
        assert pilot.app.theme == "gpuplan-light"
        await hands.press("question_mark", "escape")
        hands.done(4)

        # what cannot be met, and the nearest that can
        await hands.press("1", "t")
        await hands.name("0.0001")
        await hands.press("enter")
        await hands.until(lambda: headline(pilot).state == "infeasible")
        await hands.press("n")
        await hands.until(lambda: headline(pilot).state == "answer" and hands.screen.settled)
        assert hands.screen.query_one(Badge).state != CHECKING
        await hands.press("h", "enter")
        hands.done()
