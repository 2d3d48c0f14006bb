from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence.names import find_model, storage_format


def test_formats_from_names(catalogs: Catalogs) -> None:
    model = find_model("nvidia/Llama-3.1-8B-Instruct-FP8", catalogs.models)
    assert storage_format("", "nvidia/Llama-3.1-8B-Instruct-FP8", model).id == "fp8"
    assert storage_format("awq_marlin", "x", model).id == "awq_int4_g128"
    assert storage_format("", "meta-llama/Llama-3.1-8B", model).id == "bf16"
    assert [storage_format(f"exl2-{bits}bpw", "x", model).id for bits in ("2.5", "4.25", "8.0")] == [
        "gguf_iq2_xs", "gguf_iq4_xs", "gguf_q8_0",
    ]  # fmt: skip
