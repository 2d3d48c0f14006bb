from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.plan.candidate import Details
from planner.planner import Planner
from tests.tui.conftest import H100, answered, app, main_screen, until
from tui import jobs
from tui.kept import Kept, KeptPin, read, read_keys, write
from tui.screens.picker import Picker
from tui.session import Session
from tui.shapes import listed
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


def test_of_a_half_typed_number_the_question_before_it_is_kept(tmp_path: Path) -> None:
    session, path = Session(H100), tmp_path / "tui.json"
    for text in ("4e", "4e-"):
        session.change({**session.texts, "traffic.rate_per_s": text}, typed="traffic.rate_per_s")
    write(path, "nord", session)
    assert read(path).question == Session(H100).data()


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"theme": 1, "question": 5, "asked": 1, "pins": {}}'])
def test_a_file_that_is_none_of_ours_is_said_and_nothing_is_kept(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tui.json"
    path.write_text(text)
    kept = read(path)
    assert kept.lost.startswith(f"{path}: not ")
    assert "\n" not in kept.lost
    assert replace(kept, lost="") == Kept()


def test_parts_that_are_whole_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "tui.json"
    pin = [H100, ["L40S", "bf16", "bf16"]]
    bent: dict[str, Any] = {"theme": "nord", "question": {"sla": 3}, "asked": [[H100, "one"], 7], "pins": [pin, [pin]]}
    path.write_text(json.dumps(bent))
    kept = read(path)
    assert (kept.theme, kept.question, kept.asked) == ("nord", None, ((H100, "one"),))
    assert kept.pins == (KeptPin(H100, ("L40S", "bf16", "bf16")),)
    assert kept.lost.endswith("left out of question, asked, pins")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda each: (
        st.lists(each, max_size=2)
        | st.dictionaries(
            st.sampled_from(["traffic", "sla", "ttft_p95_s", "model", "tco", "input_tokens"]), each, max_size=2
        )
    ),
    max_leaves=4,
)
KEYS: tuple[tuple[Any, ...], ...] = (
    ("theme",), ("question",), ("asked",), ("pins",), ("asked", 0), ("asked", 0, 0), ("asked", 0, 1), ("pins", 0),
    ("pins", 0, 0), ("pins", 0, 1), ("pins", 0, 1, 2),
)  # fmt: skip
QUESTIONS = tuple((*at, key) for at in (("question",), ("asked", 0, 0), ("pins", 0, 0)) for key in (*H100, "tco", "x"))


@given(st.sampled_from([*KEYS, *QUESTIONS]), JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_whatever_stands_at_a_key_a_session_begins(tmp_path: Path, key: tuple[Any, ...], value: Any) -> None:
    pin = [H100, ["L40S", "bf16", "bf16"]]
    data = json.loads(json.dumps({"theme": "nord", "question": H100, "asked": [[H100, "one"]], "pins": [pin]}))
    node: Any = data
    for part in key[:-1]:
        node = node[part]
    node[key[-1]] = value
    path = tmp_path / "tui.json"
    path.write_text(json.dumps(data))
    kept = read(path)
    for question in (kept.question, *(question for question, _ in kept.asked), *(each.question for each in kept.pins)):
        session = Session(question)
        assert listed(session.base, "tco", "apis") is not None
        if (whole := session.whole()) is not None:
            session.take(whole)


def test_two_interfaces_keep_what_the_other_one_has_pinned_and_asked(found: Details, tmp_path: Path) -> None:
    path = tmp_path / "tui.json"
    other = {**H100, "model": "Qwen/Qwen3-32B"}
    first, second = Session(H100), Session(other)
    first.note("first")
    first.pin(found)
    second.note("second")
    write(path, "nord", first, Kept())
    write(path, "nord", second, Kept())
    both = read(path)
    assert [said for _, said in both.asked] == ["first", "second"]
    assert [pin.question for pin in both.pins] == [first.data()]
    second.pin(found)
    first.keep(())
    write(path, "nord", second, Kept())
    assert [pin.question for pin in read(path).pins] == [second.data(), first.data()]
    write(path, "nord", first, both)  # it has dropped its own, and the other one's is new
    assert [pin.question for pin in read(path).pins] == [second.data()]


LEAVING = """
import sys
from pathlib import Path
from tui.kept import write
from tui.session import Session
path, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for n in range(20):
    session = Session({"model": f"{name}/{n}", "traffic": {"rate_per_s": 1.0}})
    session.note(f"{name} {n}")
    write(path, "nord", session)
"""


def test_of_interfaces_that_leave_in_the_same_moment_all_questions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "state" / "tui.json"
    leaving = [
        subprocess.Popen([sys.executable, "-c", LEAVING, str(path), name], stdin=PIPE, stdout=PIPE, text=True)
        for name in ("a", "b")
    ]
    for process in leaving:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in leaving:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in leaving:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert {said for _, said in read(path).asked} == {f"{name} {n}" for name in "ab" for n in range(20)}


async def test_a_bent_file_is_said_on_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "tui.json"
    path.write_text('{"theme":1,"question":5,"asked":[],"pins":[]}')
    async with app(None, kept=read(path)).run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
        (said,) = [each.message for each in pilot.app._notifications]
        assert said.endswith("left out of theme, question")


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
