from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from planner.calibration import memory
from planner.catalogs import Catalogs
from planner.physics.coefficients import MEMORY, Coefficients


def test_the_file_in_the_box_is_what_its_logs_give(
    catalogs: Catalogs, coefficients: Coefficients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "memory.toml")
    memory.write(memory.fit(catalogs, coefficients))
    found = tomllib.loads((tmp_path / "memory.toml").read_text(encoding="utf-8"))
    assert found == pytest.approx(tomllib.loads(MEMORY.read_text(encoding="utf-8")), rel=1e-3)
