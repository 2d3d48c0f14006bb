from __future__ import annotations

from pathlib import Path

from tui.start import _folders, key_names


def test_a_root_is_where_files_may_be_changed(tmp_path: Path) -> None:
    assert _folders(None, tmp_path, tmp_path) is None
    assert _folders(tmp_path, tmp_path / "own", None) == (tmp_path, tmp_path / "own")
    assert _folders(tmp_path, tmp_path / "own", tmp_path / "faults") == (
        tmp_path, tmp_path / "own", tmp_path / "faults",
    )  # fmt: skip


def test_keys_of_the_screen_and_of_its_views_have_names() -> None:
    assert {"pick-model", "undo", "pin", "trace", "map"} <= key_names()
