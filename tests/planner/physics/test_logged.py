"""Pools and tokens as engines print them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models_db.formats import find_kv_format
from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.footprint import footprint
from planner.physics.logged import free_before, load_overhead, logged_pool, logged_tokens, printed_share, request_bytes

LLAMA, LLAMA_TOKEN = "meta-llama/Llama-3.1-8B", 131_072


def design_of(catalogs: Catalogs, model: str = LLAMA, engine: str = "vllm"):  # type: ignore[no-untyped-def]
    return one_design(Deployment(model, "H100", engine=engine), catalogs)[0]


def test_tokens_of_equal_layers_are_whole_blocks_of_the_pool(catalogs: Catalogs) -> None:
    tokens = logged_tokens(design_of(catalogs), 10 * GIB, budget=2048.0, context=8192)
    assert tokens == (10 * GIB // LLAMA_TOKEN) // 16 * 16


def test_tokens_of_mixed_layers_are_requests_times_their_length(catalogs: Catalogs) -> None:
    design = design_of(catalogs, "Qwen/Qwen3-Next-80B-A3B-Instruct")
    one = request_bytes(design, budget=2048.0, context=8192)
    tokens = logged_tokens(design, 3.0 * one, budget=2048.0, context=8192)
    assert tokens == pytest.approx(3 * 8192, abs=1)


def test_the_pool_of_sglang_counts_from_what_is_free_before_the_load(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    design = design_of(catalogs, engine="sglang")
    parts = footprint(design, coefficients, max_sequences=np.array([64.0]))
    outside = float(np.ravel(parts.non_torch)[0])
    assert free_before(design, parts, free_stated=True) - free_before(
        design, parts, free_stated=False
    ) == pytest.approx(outside)
    stated = logged_pool(design, parts, coefficients.memory, free_stated=True)
    share = design.engines[0].fraction(1)
    assert stated - logged_pool(design, parts, coefficients.memory, free_stated=False) == pytest.approx(outside * share)


def test_only_engines_that_measure_free_memory_count_more_than_the_weights(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    gpu = catalogs.hardware.accelerator("H100")
    vllm, sglang = (design_of(catalogs, engine=name).engines[0] for name in ("vllm", "sglang"))
    assert load_overhead(vllm, gpu, coefficients.memory) == 0.0
    assert load_overhead(sglang, gpu, coefficients.memory) > 0.0


def test_sglang_prints_narrow_caches_without_their_scales(catalogs: Catalogs) -> None:
    # 5,541,103 tokens of Qwen2.5-1.5B printed as 37.0 GB: 28 layers, two heads of 128, four bits each.
    wide = design_of(catalogs, "Qwen/Qwen2.5-1.5B-Instruct", "sglang")
    narrow = replace(wide, kv_formats=(find_kv_format("fp4"),))
    assert logged_tokens(narrow, 37.0 * GIB, budget=2048.0, context=8192) == pytest.approx(5_541_103, rel=1e-3)
    assert printed_share(narrow) == 4.0 / 4.5
    assert printed_share(design_of(catalogs, engine="sglang")) == 1.0
    assert printed_share(design_of(catalogs)) == 1.0
