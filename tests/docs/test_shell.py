from __future__ import annotations

import os
from pathlib import Path

import pytest

from docs.figures.shell import ROOT, answer, plain, record, shown


def test_a_command_is_answered_in_this_process() -> None:
    assert record("formats", "--gpu", "L4")[0]["kernel"]
    lines = [line.rstrip() for line in answer("formats", "--gpu", "L4").splitlines()]
    assert shown("gpuplan formats --gpu L4 | head -2").splitlines() == lines[:2]


@pytest.mark.parametrize("command", ["gpuplan formats | grep fp8", "ls", "gpuplan formats | head -x"])
def test_other_command_lines_are_refused(command: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        shown(command)


def test_an_error_of_the_command_is_told() -> None:
    with pytest.raises(ValueError, match="exit code 2"):
        answer("formats", "--gpu", "H999")


def test_the_terminal_and_the_folder_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    with plain():
        assert (Path.cwd(), os.environ["COLUMNS"]) == (ROOT, "100")
    assert (Path.cwd(), os.environ["COLUMNS"]) == (tmp_path, "200")
