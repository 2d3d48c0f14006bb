from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.rates import rates
from tests.planner.conftest import one_gpu

SHIPPED = Coefficients.shipped()


def test_instructions_of_one_warp_do_not_reach_the_peak_of_hopper(catalogs: Catalogs) -> None:
    def narrow(gpu: str, fmt: str) -> float:
        found = rates(one_gpu(catalogs, "llama.cpp", gpu=gpu, fmt=fmt), SHIPPED)
        return float(found.quantized_flop_per_s[0, 0] / found.wide_flop_per_s[0, 0])

    assert narrow("H100", "gguf_q4_k_m") == pytest.approx(0.63 * narrow("A100 SXM 40GB", "gguf_q4_k_m"))
    assert narrow("H100", "fp16") == narrow("A100 SXM 40GB", "fp16")


def test_sums_in_16_bit_run_at_half_the_8_bit_rate(catalogs: Catalogs) -> None:
    """GeForce cards state half the rate of their professional siblings for sums in 32 bit."""

    def wide(engine: str, gpu: str) -> float:
        return float(rates(one_gpu(catalogs, engine, gpu=gpu), SHIPPED).wide_flop_per_s[0, 0])

    assert wide("llama.cpp", "RTX 4090") == pytest.approx(2.0 * wide("vllm", "RTX 4090"), rel=0.01)
    assert wide("llama.cpp", "A100 SXM 40GB") == pytest.approx(wide("vllm", "A100 SXM 40GB"))
