"""No test writes outside of its folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.cli.main import main
from tests.fence import OutsideError, only_in

OUTSIDE: dict[str, Callable[[Path], object]] = {
    "a file": lambda beside: (beside / "x").write_text("x"),
    "a folder": lambda beside: (beside / "x").mkdir(),
    "a name": lambda beside: os.rename("here", beside / "x"),
    "a link": lambda beside: os.symlink("here", beside / "x"),
    "through a link": lambda beside: Path("link").write_text("x"),
    "gone": lambda beside: (beside / "there").unlink(),
    "up": lambda beside: Path("../beside/x").write_text("x"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_lies_outside_is_not_changed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, here = tmp_path / "beside", tmp_path / "mine"
    beside.mkdir()
    here.mkdir()
    (beside / "there").write_text("old")
    (here / "here").write_text("mine")
    (here / "link").symlink_to(beside / "x")
    monkeypatch.chdir(here)
    with only_in(here), pytest.raises(OutsideError):
        OUTSIDE[name](beside)
    assert os.listdir(beside) == ["there"]
    with only_in(here):
        (here / "made").write_text("mine")
        assert main(["schema", "plan"]) == 0
        Path(os.devnull).write_text("nothing")
        for never in ("/proc/nowhere", "/dev/full/x", str(beside / "there" / "x")):
            with pytest.raises(OSError, match=r"No such file|Not a directory"):
                os.mkdir(never)


@pytest.mark.usefixtures("capsys")
def test_a_command_that_would_write_elsewhere_is_stopped(tmp_path: Path) -> None:
    """Once a fuzzer made a folder under / that other tests then found."""
    with pytest.raises(OutsideError):
        Path("/nowhere").mkdir()
    with only_in(tmp_path), pytest.raises(OutsideError):
        (tmp_path.parent / "x").mkdir()
    assert not Path("/nowhere").exists()
