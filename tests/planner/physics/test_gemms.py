from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.gemms import GemmRows, product
from planner.physics.shapes import shapes_of
from tests.planner.conftest import EIGHT, one_gpu

C = Coefficients.shipped()


def test_products_of_all_matrices_take_two_flop_a_parameter_and_token(catalogs: Catalogs) -> None:
    d = one_gpu(catalogs, "vllm", EIGHT, fmt="bf16")
    without_tiles = np.full((1, 1), np.inf)
    ones = np.full((1, 1), 100.0)
    found = [product(d, s, without_tiles, C.operators, GemmRows(ones, ones, ones)) for s in shapes_of(d, C)]
    held = sum(float(s.rows[0, 0] * s.cols[0, 0]) * s.matrix.copies for s in shapes_of(d, C))
    assert sum(float(p["wide flop"][0, 0]) for p in found) == pytest.approx(2.0 * 100.0 * held)
    assert sum(float(p["narrow flop"][0, 0]) for p in found) == 0.0


def test_one_token_reads_its_own_experts(catalogs: Catalogs) -> None:
    d = one_gpu(catalogs, "vllm", "Qwen/Qwen3-30B-A3B", fmt="bf16")
    expert = next(s for s in shapes_of(d, C) if s.matrix.role == "expert")
    one, all_ = (np.full((1, 1), n) for n in (1.0, 1e6))
    few, many = (
        product(d, expert, np.zeros((1, 1)), C.operators, GemmRows(n, n, n))["bytes"].item() for n in (one, all_)
    )
    each = expert.matrix.copies * float(expert.rows[0, 0] * expert.cols[0, 0]) * 2.0
    assert few == pytest.approx(expert.matrix.topk * each, rel=0.01)
    assert many > expert.matrix.experts * each
