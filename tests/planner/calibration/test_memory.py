from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from planner.calibration import memory
from planner.catalogs import Catalogs
from planner.physics import coefficients


def test_the_file_in_the_box_is_what_its_logs_give(
    catalogs: Catalogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = coefficients.MEMORY
    monkeypatch.setattr(coefficients, "MEMORY", tmp_path / "memory.toml")
    memory.write(catalogs)
    found = tomllib.loads((tmp_path / "memory.toml").read_text(encoding="utf-8"))
    assert found == pytest.approx(tomllib.loads(shipped.read_text(encoding="utf-8")), rel=1e-3)
