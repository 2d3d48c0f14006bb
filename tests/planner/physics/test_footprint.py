from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from tests.planner.conftest import SEVENTY, designs, only

SHIPPED = Coefficients.shipped()


def test_seventy_b_in_bf16_does_not_fit_one_80gb_gpu(catalogs: Catalogs) -> None:
    d = only(designs(catalogs, SEVENTY, "H100"), 1)
    parts = footprint(d, SHIPPED, max_sequences=np.array([8.0]), max_tokens=8192.0)
    assert (parts.kv_pool < 0).all()


def test_memory_parts_and_free_add_up(catalogs: Catalogs) -> None:
    d = designs(catalogs, SEVENTY, "H100", "fp8")
    parts = footprint(d, SHIPPED, max_sequences=np.array([64.0]), max_tokens=8192.0)
    spent = sum(np.broadcast_to(value, parts.kv_pool.shape) for value in parts.parts().values())
    fits = parts.kv_pool > 0
    assert (spent[fits] <= np.broadcast_to(parts.total, spent.shape)[fits] * (1 + 1e-9)).all()
