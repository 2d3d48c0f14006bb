from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.plan.candidate import Details
from planner.planner import Planner
from tests.tui.conftest import H100, answered, app, main_screen, until
from tui import jobs
from tui.kept import Kept, KeptPin, read, read_keys, write
from tui.screens.picker import Picker
from tui.session import Session
from tui.start import key_names

pytestmark = pytest.mark.usefixtures("equal_plans_are_simulated_once")


def test_a_session_is_found_again(found: Details, planner: Planner, tmp_path: Path) -> None:
    path = tmp_path / "tui.json"
    assert read(path) == Kept()
    session = Session(H100)
    session.note("a question")
    session.pin(found)
    write(path, "nord", session)
    kept = read(path)
    assert (kept.theme, kept.question) == ("nord", session.data())
    assert kept.asked == ((session.data(), "a question"),)
    (pin,), lost = jobs.pins_job(kept.pins, planner)
    assert pin.found.cluster.replica == found.cluster.replica
    assert lost == 0
    none = KeptPin(session.data(), ("no such GPU", "bf16", "bf16"))
    assert jobs.pins_job((none,), planner) == ((), 1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"theme": 1, "question": null, "asked": [1], "pins": []}'])
def test_a_file_that_is_none_of_ours_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "tui.json").write_text(text)
    with pytest.raises(InputError, match=r"tui\.json"):
        read(tmp_path / "tui.json")


def test_keys_of_ones_own_are_named_by_what_they_do(tmp_path: Path) -> None:
    path = tmp_path / "tui.toml"
    assert read_keys(path, key_names()) == {}
    path.write_text('[keys]\n"pick-model" = "M"\n')
    assert read_keys(path, key_names()) == {"pick-model": "M"}
    path.write_text('[keys]\npick-modle = "M"\n')
    with pytest.raises(InputError, match="pick-model"):
        read_keys(path, key_names())
    path.write_text("[keys]\nundo = 3\n")
    with pytest.raises(InputError, match="table of texts"):
        read_keys(path, key_names())


async def test_what_was_kept_is_there_again_and_keys_are_changed() -> None:
    pin = KeptPin(H100, ("L40S", "bf16", "bf16"))
    kept = Kept("nord", H100, ((H100, "the last one"),), (pin,), {"pick-model": "M"})
    async with app(None, kept=kept).run_test(size=(100, 30)) as pilot:
        await answered(pilot)
        session = main_screen(pilot).session
        assert (pilot.app.theme, session.data()["model"]) == ("nord", H100["model"])
        await until(pilot, lambda: len(session.pins) == 1)
        await pilot.press("m")
        assert not isinstance(pilot.app.screen, Picker)
        await pilot.press("M")
        assert isinstance(pilot.app.screen, Picker)
