from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from planner.errors import (
    HardwareError,
    InputError,
    ModelError,
    OutputError,
    PlannerError,
    TrafficError,
    closest,
    near,
    unreadable,
)


def test_every_error_of_bad_input_has_one_base() -> None:
    for kind in (InputError, HardwareError, ModelError, OutputError, TrafficError):
        assert issubclass(kind, PlannerError)
        assert issubclass(kind, ValueError)


def test_the_nearest_names_come_first_and_are_three_at_most() -> None:
    assert closest("H10", ["L4", "A100", "H100", "H200", "T4"])[0] == "H100"
    assert len(closest("x", ["a", "b", "c", "d"])) == 3
    assert near("h10", iter(["l4", "a100", "h100"]), most=2) == ["h100", "a100"]
    assert near("h10", ["l4"], least=0.5) == []


@given(text=st.text(max_size=2000))
def test_a_message_is_one_line_of_any_input(text: str) -> None:
    said = str(InputError(text))
    assert len(said.splitlines()) <= 1
    assert len(said) <= 1000


def test_a_file_that_is_not_there_names_those_beside_it(tmp_path: Path) -> None:
    (tmp_path / "chat-70b.toml").touch()
    gone = FileNotFoundError()
    assert unreadable(tmp_path / "chat-70.toml", gone).endswith("chat-70.toml: no such file (nearest: chat-70b.toml)")
    assert unreadable(tmp_path / "x" / "y.toml", gone).endswith("no such file, and no such folder")
    assert unreadable(tmp_path, IsADirectoryError(21, "Is a directory")).endswith("cannot be read (Is a directory)")
