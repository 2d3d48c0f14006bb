from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tui.start import _folders, key_names, stop_as_others_do


def test_a_root_is_where_files_may_be_changed(tmp_path: Path) -> None:
    assert _folders(None, tmp_path, tmp_path) is None
    assert _folders(tmp_path, tmp_path / "own", None) == (tmp_path, tmp_path / "own")
    assert _folders(tmp_path, tmp_path / "own", tmp_path / "faults") == (
        tmp_path, tmp_path / "own", tmp_path / "faults",
    )  # fmt: skip


def test_keys_of_the_screen_and_of_its_views_have_names() -> None:
    assert {"pick-model", "undo", "pin", "trace", "map"} <= key_names()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_what_an_app_registered_for_a_stop_is_gone_after_it() -> None:
    names = (signal.SIGTSTP, signal.SIGCONT)
    before = [signal.signal(name, lambda *_: None) for name in names]
    try:
        stop_as_others_do()
        assert [signal.getsignal(name) for name in names] == [signal.SIG_DFL] * 2
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)
