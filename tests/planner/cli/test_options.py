from __future__ import annotations

from pathlib import Path

import pytest

from tests.planner.cli.conftest import run


def test_a_broken_overlay_names_the_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "accelerators").mkdir()
    bad = tmp_path / "accelerators" / "mine.toml"
    bad.write_text('[[accelerator]]\nid = "x"\nmem_bw = 3\n')
    code, out, err = run(capsys, "gpus", "--catalog", str(tmp_path))
    assert (code, out) == (2, "")
    assert str(bad) in err
    assert err.count("\n") == 1
