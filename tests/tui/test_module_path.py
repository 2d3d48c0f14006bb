from __future__ import annotations

import os
from pathlib import Path

import pytest

import tui
from tui.module_path import module_path


def test_modules_come_from_here_and_from_no_folder_that_is_changed_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([".", "", "/elsewhere"]))
    here = str(Path(tui.__file__).resolve().parents[1])
    assert module_path().split(os.pathsep) == [here, str(tmp_path), "/elsewhere"]


def test_nothing_stated_is_the_folder_of_the_modules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert module_path() == str(Path(tui.__file__).resolve().parents[1])
