from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.evidence.names import as_stored, find_model, storage_format
from planner.formulas.memory import GIB
from planner.physics.split import Split
from planner.physics.weights import Loading, weights_bytes


def test_formats_from_names(catalogs: Catalogs) -> None:
    model = find_model("nvidia/Llama-3.1-8B-Instruct-FP8", catalogs.models)
    assert storage_format("", "nvidia/Llama-3.1-8B-Instruct-FP8", model).id == "fp8"
    assert storage_format("awq_marlin", "x", model).id == "awq_int4_g128"
    assert storage_format("", "meta-llama/Llama-3.1-8B", model).id == "bf16"
    assert [storage_format(f"exl2-{bits}bpw", "x", model).id for bits in ("2.5", "4.25", "8.0")] == [
        "gguf_iq2_xs", "gguf_iq4_xs", "gguf_q8_0",
    ]  # fmt: skip


def test_a_log_without_a_format_has_that_of_its_makers_recipe(catalogs: Catalogs) -> None:
    """vLLM issue 6746: 57.75 GiB a GPU on eight H100, where FP8 in every layer would be 47.8."""
    name = "meta-llama/Meta-Llama-3.1-405B-Instruct-FP8"
    model = as_stored("", name, catalogs.models)
    fmt = storage_format("", name, model)
    assert fmt.id == "fp8_channel"
    weights = weights_bytes(model, fmt, Split(tp=8), Loading(), stage=0)
    assert weights / GIB == pytest.approx(57.75, rel=0.02)
    assert as_stored("fp16", name, catalogs.models).native.made_from is None
