from __future__ import annotations

from models_db.formats import find_format, formats
from planner.catalogs import Catalogs
from planner.physics.kernels import support


def test_no_fp8_compute_on_a100_and_no_fp4_on_h100(catalogs: Catalogs) -> None:
    a100, h100 = catalogs.hardware.accelerator("A100 SXM 40GB"), catalogs.hardware.accelerator("H100")
    assert support(find_format("fp8"), a100, "vllm").level == "dequant"
    assert support(find_format("fp8"), a100, "vllm").compute == "bf16"
    assert support(find_format("nvfp4"), h100, "vllm").compute == "bf16"
    assert support(find_format("fp8"), h100, "vllm").compute == "fp8"


def test_no_native_rate_is_credited_that_is_not_stated(catalogs: Catalogs) -> None:
    for gpu in catalogs.hardware.accelerators.values():
        for fmt in formats().values():
            for engine in ("vllm", "sglang", "tensorrt-llm", "tgi", "llama.cpp"):
                answer = support(fmt, gpu, engine)
                if answer.level == "native" and answer.compute in ("fp8", "fp4", "int8"):
                    stated = getattr(gpu.peak_dense_tflops, answer.compute)
                    measured = getattr(gpu.measured, f"{answer.compute}_tflops", None)
                    assert stated or measured, (gpu.id, fmt.id)


def test_awq_has_no_kernel_on_volta(catalogs: Catalogs) -> None:
    v100 = catalogs.hardware.accelerator("V100 SXM2 16GB")
    assert support(find_format("awq_int4_g128"), v100, "vllm").level == "none"
    assert support(find_format("gptq_int4_g128"), v100, "vllm").level == "dequant"
