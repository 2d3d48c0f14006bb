"""History, pins and files of a session."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.request.reading import read_request
from tui.session import Session


@given(st.lists(st.sampled_from(["1", "2", "3"]), max_size=12))
def test_undo_and_redo_walk_the_same_way(rates: list[str]) -> None:
    session = Session()
    seen = [session.texts]
    seen += [session.texts for r in rates if session.change({**session.texts, "traffic.rate_per_s": r})]
    for texts in reversed(seen[:-1]):
        assert session.undo()
        assert session.texts == texts
    assert not session.undo()
    for texts in seen[1:]:
        assert session.redo()
        assert session.texts == texts
    assert not session.redo()


def test_a_saved_session_is_a_workload_of_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    session = Session()
    session.save(path)
    assert read_request(path).traffic.rate_per_s == 8.0
    other = Session()
    other.change({**other.texts, "traffic.rate_per_s": "3"})
    other.open(path)
    assert other.texts["traffic.rate_per_s"] == "8"
    assert other.undo()
    assert other.texts["traffic.rate_per_s"] == "3"


def test_a_bad_file_changes_nothing_and_the_last_good_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    session = Session()
    session.save(path)
    before, texts = path.read_bytes(), session.texts
    session.change({**texts, "traffic.rate_per_s": "-3"})
    with pytest.raises(InputError):
        session.save(path)
    assert path.read_bytes() == before
    (tmp_path / "bad.toml").write_text("traffic = 3")
    with pytest.raises(InputError):
        session.open(tmp_path / "bad.toml")
    assert session.path == path
    assert not list(tmp_path.glob("*.part"))


def test_several_workloads_are_for_the_command_line(shared_examples: Path) -> None:
    with pytest.raises(InputError, match="several workloads"):
        Session().open(shared_examples / "fleet.toml")


@pytest.fixture
def shared_examples() -> Path:
    return Path(__file__).resolve().parents[2] / "examples"


def test_undo_over_an_opened_file_restores_texts_rest_and_path(tmp_path: Path) -> None:
    path, saved = tmp_path / "w.toml", tmp_path / "saved.toml"
    first = Session(
        {
            "model": "m",
            "traffic": {"rate_per_s": 1.0, "cv": 2.0},
            "tco": {"apis": ["a/b"]},
            "input_tokens": {"mean": 9.0},
            "output_tokens": {"mean": 9.0},
        }
    )
    path.write_text(tomli_w.dumps(first.data()))
    session = Session()
    session.change({**session.texts, "traffic.rate_per_s": "3"})
    before = session.data()
    session.open(path)
    opened = session.data()
    assert opened["traffic"]["cv"] == 2.0
    assert session.undo()
    assert session.data() == before
    assert session.path is None
    assert session.redo()
    assert session.data() == opened
    assert session.path == path
    session.change({**session.texts, "traffic.rate_per_s": "5"})
    session.save(saved)
    assert session.undo()
    assert session.path == saved
    assert session.undo()
    assert session.path is None


def test_a_number_of_a_file_keeps_all_its_digits() -> None:
    data = {"model": "m", "traffic": {"rate_per_s": 1234.56789012}, "input_tokens": {"mean": 1e-7}}
    assert Session(data).data() == data
