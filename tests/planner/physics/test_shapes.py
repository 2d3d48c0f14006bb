from __future__ import annotations

import numpy as np

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.shapes import quantize_kernels, shapes_of
from tests.planner.conftest import EIGHT, designs, one_gpu, only

C = Coefficients.shipped()


def test_ranks_hold_their_share_of_each_matrix(catalogs: Catalogs) -> None:
    d = designs(catalogs, EIGHT, "H100")

    def elements(tp: int) -> float:
        return sum(float(s.rows[0, 0] * s.cols[0, 0] * s.matrix.copies) for s in shapes_of(only(d, tp), C))

    assert elements(1) == 4.0 * elements(4)


def test_uncovered_matrices_stream_16_bit(catalogs: Catalogs) -> None:
    shapes = list(shapes_of(one_gpu(catalogs, "vllm", fmt="fp8"), C))
    assert {float(s.bits[0, 0]) for s in shapes if s.matrix.role == "head"} == {16.0}
    assert {bool(s.covered[0, 0]) for s in shapes if s.matrix.role == "mlp"} == {True}


def test_scales_found_at_run_time_cost_a_kernel(catalogs: Catalogs) -> None:
    block, wide = (quantize_kernels(one_gpu(catalogs, "vllm", fmt=fmt), C) for fmt in ("fp8_block", "bf16"))
    assert np.max(block) == C.quantize_kernels["block"]
    assert np.max(wide) == 0.0
