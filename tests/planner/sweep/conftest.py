from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.sweep.run import SweepWork

BASE: dict[str, Any] = {
    "model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 2.0}, "input_tokens": {"mean": 800.0},
    "output_tokens": {"mean": 200.0}, "sla": {"tpot_p95_s": 0.05}, "scope": {"gpus": ["L40S"]},
}  # fmt: skip
DAY = date(2026, 11, 29)


@pytest.fixture
def work(catalogs: Catalogs) -> SweepWork:
    return SweepWork(BASE, catalogs, Coefficients.shipped(), DAY)
