from __future__ import annotations

import asyncio

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static

from tui.app import GpuPlanApp
from tui.widgets.answer import AnswerPanel
from tui.widgets.form import request_from, values_of
from tui.widgets.memory_bar import MemoryBar, bar, cells


async def settle(pilot: Pilot[None], wanted: str) -> str:
    """Wait until the headline holds `wanted`; the headline."""
    headline = ""
    for _ in range(200):
        await pilot.pause(0.05)
        headline = str(pilot.app.screen.query_one("#headline", Static).render())
        if wanted in headline and not pilot.app.screen.query_one(AnswerPanel).has_class("-computing"):
            return headline
    raise AssertionError(f"{wanted!r} never came, last was {headline!r}")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_answer_follows_the_form(size: tuple[int, int]) -> None:
    app = GpuPlanApp()
    async with app.run_test(size=size) as pilot:
        first = await settle(pilot, "an hour")
        rate = app.screen.query_one("#traffic-rate_per_s", Input)
        rate.value = "80"
        await asyncio.sleep(0.1)
        second = await settle(pilot, "an hour")
        assert first != second
        assert app.screen.query_one(DataTable).row_count == 4
        assert "weights" in str(app.screen.query_one(MemoryBar).render())


async def test_a_half_typed_number_is_a_state_of_the_field() -> None:
    app = GpuPlanApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, "an hour")
        rate = app.screen.query_one("#traffic-rate_per_s", Input)
        rate.value = "8e"
        await settle(pilot, "not a whole value")
        assert rate.has_class("-invalid")
        rate.value = "8"
        await settle(pilot, "an hour")
        assert not rate.has_class("-invalid")


async def test_unknown_names_and_impossible_limits_are_shown() -> None:
    app = GpuPlanApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot, "an hour")
        app.screen.query_one("#scope-gpus", Input).value = "H999"
        await settle(pilot, "nearest")
        app.screen.query_one("#scope-gpus", Input).value = ""
        app.screen.query_one("#sla-ttft_p95_s", Input).value = "0.001"
        await settle(pilot, "Infeasible")


def test_the_form_keeps_what_it_does_not_show() -> None:
    texts = {
        "model": "gpt-oss-20b",
        "traffic.rate_per_s": "2",
        "input_tokens.mean": "100",
        "output_tokens.mean": "50",
        "sla.ttft_p95_s": "",
        "sla.tpot_p95_s": "0.1",
        "scope.gpus": "H100, H200",
        "scope.formats": "",
        "scope.providers": "",
        "confidence": "0.9",
    }
    base = {"input_tokens": {"mean": 1.0, "cv": 1.5}, "sla": {"e2e_p99_s": 9.0, "ttft_p95_s": 3.0}}
    request = request_from(texts, base)
    assert request.input_tokens.cv == 1.5
    assert request.sla == {"e2e_p99_s": 9.0, "tpot_p95_s": 0.1}
    assert request.scope.gpus == ("H100", "H200")
    assert values_of(request)["scope.gpus"] == "H100, H200"


@pytest.mark.parametrize("width", [20, 61, 200])
def test_the_bar_fills_its_width(width: int) -> None:
    parts = [("weights", 40.0), ("kv_cache", 30.0), ("activation", 0.01), ("free", 9.0)]
    counts = cells(parts, 79.01, width)
    assert sum(counts) == width
    assert all(counts)
    assert len(bar(parts, 79.01, width).plain.split("\n")[0]) == width
