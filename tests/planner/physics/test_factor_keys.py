from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.factor_keys import typed, width
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
    place = where(one_gpu(catalogs, engine, "openai/gpt-oss-20b", gpu, fmt), 0, 0, 0)
    assert (typed("experts", place.compute), typed("linear", place.compute)) == (experts, dense)


def test_an_era_takes_the_prior_of_the_longest_name_it_goes_on_from() -> None:
    assert width(("engine", "llama.cpp-2025-hip-flash", "fixed")) == width(("engine", "llama.cpp", "fixed"))
    assert width(("engine", "vllm-0.16", "fixed")) == width(("engine", "a new engine", "fixed"))
    assert width(("place", "vllm-v0-mlperf @ hopper", "fixed")) > width(("place", "vllm-v0 @ hopper", "fixed")) > 0
