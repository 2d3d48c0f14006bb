from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.factor_keys import floor, typed, width
from planner.physics.factors import where
from tests.planner.conftest import one_gpu


@pytest.mark.parametrize(
    ("engine", "gpu", "fmt", "experts", "dense"),
    [
        ("vllm", "H100", "mxfp4", "dequant fp4 experts", "dequant"),
        ("vllm", "H100", "gptq_int4_g128", "dequant experts", "dequant"),
        ("llama.cpp", "RTX 4090", "mxfp4", "dequant gguf experts", "dequant"),
        ("vllm", "H100", "fp8", "fp8 experts", "fp8"),
        ("vllm", "H100", "bf16", "wide experts", "wide"),
    ],
)
def test_kernels_that_widen_differ(
    catalogs: Catalogs, engine: str, gpu: str, fmt: str, experts: str, dense: str
) -> None:
    place = where(one_gpu(catalogs, engine, "openai/gpt-oss-20b", gpu, fmt))[0][0]
    assert (typed("experts", place.compute), typed("linear", place.compute)) == (experts, dense)


def test_an_era_takes_the_prior_of_the_longest_name_it_goes_on_from() -> None:
    assert width(("engine", "llama.cpp-2025-hip-flash", "fixed")) == width(("engine", "llama.cpp", "fixed"))
    assert width(("engine", "vllm-0.16", "fixed")) == width(("engine", "a new engine", "fixed"))
    places = [width(("place", f"{era} @ hopper", "bandwidth")) for era in ("vllm-v0-mlperf", "vllm-v0", "sglang")]
    assert places[0] > places[1] > places[2] == 0.0


@pytest.mark.parametrize(
    ("gpu", "least"), [("L40S", 1.0), ("RTX 5090", 1.0), ("MI300X", 1.0), ("H100 NVL", 1.0), ("H100", 0.75)]
)
def test_no_factor_takes_collectives_above_the_wire(catalogs: Catalogs, gpu: str, least: float) -> None:
    place = where(one_gpu(catalogs, "vllm", gpu=gpu))[0][0]
    tiny = Coefficients.shipped().with_factors({("link", place.link, "bandwidth"): 0.01})
    assert tiny.factor("collectives", "bandwidth", place) == pytest.approx(least, abs=0.01)
    assert np.exp(floor("collectives", "bandwidth", place.link)) == pytest.approx(least, abs=0.01)
    assert floor("collectives", "fixed", place.link) == -np.inf


def test_links_are_calibrated_by_kind(catalogs: Catalogs) -> None:
    names = {gpu: where(one_gpu(catalogs, "vllm", gpu=gpu))[0][0].link for gpu in ("L40S", "RTX 4090", "H100")}
    assert names == {"L40S": "pcie_p2p pcie4", "RTX 4090": "pcie_host_staged pcie4", "H100": "nvswitch nvlink4"}
