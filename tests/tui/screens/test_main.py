"""What a user does, on the real planner."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Button, Input, Static, Tab, TabbedContent, Tabs

from tests.consistency.drawn import TORTURE
from tests.tui.conftest import QUICK, answered, app, headline, main_screen, paste, put, until, view
from tui.screens.help import HelpScreen
from tui.views.compare import CompareView
from tui.views.simulate import SimulateView
from tui.widgets.candidates import CandidateGrid, key_of, key_of_cluster
from tui.widgets.chart import Chart
from tui.widgets.form import Form
from tui.widgets.grid import Grid
from tui.widgets.matches import Matches

pytestmark = pytest.mark.usefixtures(
    "equal_plans_are_simulated_once", "whole_screens_are_drawn_only", "crossings_of_the_same_machines"
)


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (200, 60)] if TORTURE else [(80, 24)])
async def test_the_answer_follows_the_form(size: tuple[int, int]) -> None:
    async with app().run_test(size=size) as pilot:
        first = await answered(pilot)
        put(pilot, "traffic-rate_per_s", "400")
        await until(pilot, lambda: headline(pilot).state == "answer" and headline(pilot).text != first)
        assert "an hour" in await answered(pilot)
        assert main_screen(pilot).query_one(CandidateGrid).row_count > 3


async def test_half_typed_wrong_and_impossible_are_states() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        put(pilot, "traffic-rate_per_s", "4e")
        await answered(pilot, "error", "not a whole value")
        assert main_screen(pilot).query_one("#traffic-rate_per_s").has_class("-wrong")
        put(pilot, "traffic-rate_per_s", "-4")
        await answered(pilot, "error", "traffic.rate_per_s")
        assert main_screen(pilot).query_one("#traffic-rate_per_s").has_class("-wrong")
        put(pilot, "traffic-rate_per_s", "4")
        put(pilot, "scope-gpus", "H999")
        await answered(pilot, "error", "nearest")
        assert main_screen(pilot).query_one("#scope-gpus").has_class("-wrong")
        for field, key in (("scope-formats", "format"), ("scope-kv_formats", "kv format"), ("scope-engines", "engine")):
            put(pilot, "scope-gpus", "H100")
            put(pilot, field, "nope")
            await answered(pilot, "error", f"{key}: 'nope'")
            assert main_screen(pilot).query_one(f"#{field}").has_class("-wrong")
            put(pilot, field, "")
        put(pilot, "sla-ttft", "0.0001")
        await answered(pilot, "infeasible", "Nearest")
        assert main_screen(pilot).query_one(CandidateGrid).row_count == 0
        put(pilot, "sla-ttft", "")
        await answered(pilot)
        assert not main_screen(pilot).query("FieldInput.-wrong")


@pytest.mark.usefixtures("any_answer_will_do")
async def test_knobs_undo_and_redo() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        rate = main_screen(pilot).query_one("#traffic-rate_per_s", Input)
        rate.focus()
        await pilot.press("plus", "plus", "minus")
        assert rate.value == "5"
        await pilot.press("ctrl+z")
        assert rate.value == "6.3"
        await pilot.press("ctrl+z", "ctrl+z")
        assert rate.value == "4"
        await pilot.press("ctrl+y")
        assert rate.value == "5"
        gpus = main_screen(pilot).query_one("#scope-gpus", Input)
        gpus.focus()
        await until(pilot, lambda: bool(gpus.choices))  # type: ignore[attr-defined]
        await pilot.press("right_square_bracket")
        assert gpus.value
        assert "," not in gpus.value
        await answered(pilot)


@pytest.mark.usefixtures("any_answer_will_do")
async def test_a_model_is_found_by_some_letters() -> None:
    async with app(QUICK).run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        field = main_screen(pilot).query_one("#model", Input)
        field.focus()
        field.value = ""
        for letter in "qwen332":
            await pilot.press(letter)
        matches = main_screen(pilot).query_one(Matches)
        await until(pilot, lambda: matches.display and matches.option_count > 0)
        await pilot.press("tab")
        assert matches.has_focus
        await pilot.press("enter")
        await until(pilot, lambda: "Qwen3" in field.value)
        await answered(pilot)


async def test_every_side_of_a_candidate() -> None:
    async with app().run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        grid = screen.query_one(CandidateGrid)
        grid.focus()
        await pilot.press("down")
        await until(pilot, lambda: screen.query_one("#plan").details.cluster.machine.gpu == grid.chosen.gpu)  # type: ignore[attr-defined,union-attr]
        sides = screen.query_one("#sides", TabbedContent)
        wanted = {
            "side-memory": ("#memory-bar", "weights"), "side-steps": ("Steps", "decode"),
            "side-sources": ("#sources", "90 % interval"), "side-why": ("#reasons", "this candidate"),
            "side-deploy": ("#deploy", "vllm serve"),
        }  # fmt: skip
        for side, (widget, text) in wanted.items():
            sides.active = side
            await until(pilot, lambda w=widget, t=text: t in str(screen.query_one(w).render()))  # type: ignore[misc]
        for side, chart in (("side-roofline", "roofline"), ("side-load", "load")):
            sides.active = side
            await until(pilot, lambda c=chart: screen.query_one(f"#{c}", Chart).picture is not None)  # type: ignore[misc]
        sides.active = "side-why"
        await pilot.pause()
        screen.query_one("#why", Input).value = "A100"
        screen.query_one("#why", Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: "A100:" in str(screen.query_one("#reasons", Static).render()))


async def test_a_pin_while_a_field_is_half_typed_is_a_notice() -> None:
    async with app(QUICK).run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        screen.session.change({**screen.session.texts, "confidence": "x80"})
        screen.query_one(CandidateGrid).focus()
        await pilot.press("p")
        await until(pilot, lambda: any("confidence" in note.message for note in pilot.app._notifications))
        assert not screen.session.pins


async def test_candidates_are_filtered_pinned_and_compared() -> None:
    async with app().run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        grid = screen.query_one(CandidateGrid)
        grid.focus()
        await pilot.press("p")
        await pilot.press("slash")
        await pilot.press(*"h100", "enter")
        assert grid.chosen is not None
        assert "H100" in grid.chosen.gpu
        await until(pilot, lambda: "H100" in screen.query_one("#plan").details.cluster.machine.gpu)  # type: ignore[attr-defined]
        await pilot.press("p", "p", "p", "p")
        assert len(screen.session.pins) == 4
        await view(pilot, "f4", "compare")
        table = str(screen.query_one(CompareView).query_one("#compare-table", Static).render())
        assert "* $ an hour" in table
        assert "* GPUs" in table
        assert "  model" in table
        await pilot.press("x")
        assert len(screen.session.pins) == 3
        await pilot.press("X")
        assert not screen.session.pins


async def test_a_pin_is_of_the_candidate_under_the_cursor_however_fast() -> None:
    async with app().run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        grid = screen.query_one(CandidateGrid)
        grid.focus()
        await pilot.pause()
        for key in ("p", "j", "p", "j", "p"):
            pilot.app.simulate_key(key)
        await until(pilot, lambda: screen.settled and grid.row == 2)
        pins = [key_of_cluster(pin.found.cluster) for pin in screen.session.pins]
        wanted = [key_of(entry) for entry in grid.entries[:3]]
        assert pins == [key for key in wanted if key in pins], "each once, in their order"
        assert wanted[0] in pins


async def test_quantization_money_and_catalogs() -> None:
    async with app().run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        await view(pilot, "f3", "quant")
        await until(pilot, lambda: screen.query_one("#quant-grid", Grid).row_count > 10)
        await pilot.press("down")
        assert "quality: " in str(screen.query_one("#quant-text", Static).render())
        await view(pilot, "f5", "money")
        await until(pilot, lambda: screen.query_one("#costs", Grid).row_count > 3)
        assert "choose" in str(screen.query_one("#money-head", Static).render())
        assert screen.query_one("#curve", Chart).picture is not None
        screen.query_one("#apis", Input).value = "nobody/x"
        screen.query_one("#apis", Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: "not known" in str(screen.query_one("#money-head", Static).render()))
        await view(pilot, "f7", "catalogs")
        await until(pilot, lambda: screen.query_one("#grid-gpus", Grid).row_count > 50)
        assert not screen.query_one(Form).display
        await pilot.press("slash")
        await pilot.press(*"h100")
        await until(pilot, lambda: screen.query_one("#grid-gpus", Grid).row_count < 10)
        await until(pilot, lambda: "sources" in str(screen.query_one("#catalog-text", Static).render()))


async def test_a_simulation_runs_and_is_cancelled() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        await view(pilot, "f6", "simulate")
        await until(pilot, lambda: "Qwen" in str(screen.query_one("#simulate-head", Static).render()))
        screen.query_one("#seconds", Input).value = "200"
        screen.query_one("#run", Button).press()
        await until(pilot, lambda: "served" in str(screen.query_one("#result", Static).render()))
        assert "holds" in str(screen.query_one("#result", Static).render())
        await until(pilot, lambda: not screen.query_one(SimulateView).running)
        live = screen.query_one("#live", Static)
        await pilot.press("colon")
        await paste(pilot, "rate 40")
        await pilot.press("enter")
        await until(pilot, lambda: str(live.render()).startswith("stale: of 1 x Qwen"))
        await until(pilot, lambda: "40 requests" in str(screen.query_one("#simulate-head", Static).render()))
        assert "4 requests a second" in str(live.render())
        put(pilot, "traffic-rate_per_s", "4")
        await until(pilot, lambda: "served" in str(live.render()) and "stale" not in str(live.render()))
        runs = screen.query_one(SimulateView)._run
        await pilot.press("r")
        assert screen.query_one(SimulateView)._run == runs + 1
        await until(pilot, lambda: not screen.query_one(SimulateView).running)
        screen.query_one("#seconds", Input).value = "99000"
        screen.query_one("#run", Button).press()
        while not screen.query_one(SimulateView).running:  # no pause of the pilot, which waits for the run
            await asyncio.sleep(0.001)
        screen.query_one("#stop", Button).press()
        await until(pilot, lambda: "cancelled" in str(screen.query_one("#result", Static).render()))
        for bad in ("nan", "1e12", "0"):
            screen.query_one("#seconds", Input).value = bad
            screen.query_one("#run", Button).press()
            await until(pilot, lambda: "seconds" in str(screen.query_one("#result", Static).render()))
            await until(pilot, lambda: not screen.query_one(SimulateView).running)
            screen.query_one("#result", Static).update("")
        screen.query_one("#seconds", Input).value = "60"
        screen.query_one("#trace", Input).value = "/nowhere.csv"
        screen.query_one("#run", Button).press()
        await until(pilot, lambda: "nowhere" in str(screen.query_one("#result", Static).render()))


async def test_a_workload_is_saved_and_opened(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    async with app(QUICK).run_test(size=(100, 30)) as pilot:
        await answered(pilot)
        await pilot.press("ctrl+s")
        pilot.app.screen.query_one("#path", Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, path.exists)
        put(pilot, "traffic-rate_per_s", "9")
        await answered(pilot)
        await pilot.press("ctrl+o")
        pilot.app.screen.query_one("#path", Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: main_screen(pilot).query_one("#traffic-rate_per_s", Input).value == "4")
        await pilot.press("ctrl+o")
        pilot.app.screen.query_one("#path", Input).value = str(tmp_path / "none.toml")
        await pilot.press("enter")
        await answered(pilot)


async def test_help_form_and_tabs() -> None:
    async with app(QUICK).run_test(size=(100, 30)) as pilot:
        await answered(pilot)
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        await pilot.press("ctrl+b")
        assert main_screen(pilot).query_one(Form).has_class("-hidden")
        await pilot.press("ctrl+b")
        main_screen(pilot).query_one("#views", Tabs).active = "to-quant"
        await until(pilot, lambda: main_screen(pilot).view == "quant")


async def test_a_phone_has_room_for_the_tabs_of_all_views() -> None:
    async with app().run_test(size=(65, 56)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
        await pilot.pause()
        tabs = main_screen(pilot).query_one("#views", Tabs).query(Tab)
        assert [tab.region.x + len(str(tab.label)) <= 65 for tab in tabs] == [True] * 7


async def test_own_records_are_taken_in(tmp_path: Path) -> None:
    gpu = tmp_path / "own.toml"
    gpu.write_text(
        '[[accelerator]]\nid = "mine-1"\nname = "Mine 1"\nform_factor = "PCIe"\narch = "Ada"\ngeneration = "ada"\n'
        'release_year = 2025\nmemory_gb = 48\nmemory_type = "GDDR6"\nmem_bw_gb_s = 900\nsources = ["mine"]\n'
        'checked = "2026-11-25"\n[accelerator.peak_dense_tflops]\nbf16 = 200\n'
    )
    overlay = tmp_path / "catalog"
    overlay.mkdir()
    async with app(QUICK, catalog=overlay).run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        await view(pilot, "f7", "catalogs")
        await until(pilot, lambda: screen.query_one("#grid-gpus", Grid).row_count > 50)
        screen.query_one("#catalog-tabs", TabbedContent).active = "catalog-add"
        await pilot.pause()
        adopt = screen.query_one("#adopt", Input)
        adopt.value = str(gpu)
        adopt.focus()
        await pilot.press("enter")
        await until(pilot, lambda: "mine-1 saved" in str(screen.query_one("#adopted", Static).render()))
        assert (overlay / "accelerators" / "own.toml").exists()
        gpu.write_text("[[accelerator]]\nid = 3\n")
        await pilot.press("enter")
        await until(pilot, lambda: "own.toml" in str(screen.query_one("#adopted", Static).render())
                    and "saved" not in str(screen.query_one("#adopted", Static).render()))  # fmt: skip


async def test_a_view_of_many_and_the_plan_after_it_have_the_focus() -> None:
    """In the colours of the terminal, too, where F3 ended the interface with exit code 0."""
    async with app().run_test(size=(120, 40)) as pilot:
        await answered(pilot)
        pilot.app.theme = "ansi-light"
        for key, name in (("f3", "quant"), ("f4", "compare"), ("f2", "plan")):
            await view(pilot, key, name)
            await until(pilot, lambda: pilot.app.focused is not None)
            assert pilot.app.focused is not None
            assert pilot.app.focused.has_focus
        assert pilot.app.is_running


async def test_the_name_of_another_questions_reason_is_not_left() -> None:
    async with app().run_test(size=(160, 50)) as pilot:
        await answered(pilot)
        screen = main_screen(pilot)
        screen.ask_why("L40S")
        asked = screen.query_one("#why", Input)
        await until(pilot, lambda: "L40S:" in str(screen.query_one("#reasons", Static).render()))
        assert asked.value == "L40S"
        put(pilot, "traffic-rate_per_s", "5")
        await until(pilot, lambda: asked.value == "")
