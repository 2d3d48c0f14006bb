from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from planner.physics.own import NOTHING, OwnFactors
from planner.physics.own_memory import own_bytes, own_memory_text
from tests.planner.conftest import one_gpu

C = Coefficients.shipped()
OWN = OwnFactors({}, (), {("l40s", "vllm", "qwen3"): 0.5, ("l40s", "vllm", "llama3.1"): -3.0})


def test_each_family_has_its_own(catalogs: Catalogs) -> None:
    for model, gib in (("Qwen/Qwen3-8B", 0.5), ("meta-llama/Llama-3.1-8B-Instruct", -3.0)):
        designs = one_gpu(catalogs, "vllm", model, "L40S", "bf16")
        assert own_bytes(designs, OWN).tolist() == [[gib * GIB]]
        assert own_bytes(designs, NOTHING).tolist() == [[0.0]]


def test_no_part_falls_below_zero_and_the_cache_has_the_rest(catalogs: Catalogs) -> None:
    designs = one_gpu(catalogs, "vllm", "meta-llama/Llama-3.1-8B-Instruct", "L40S", "bf16")
    before, after = (footprint(designs, c, max_sequences=np.array([64.0])) for c in (C, C.with_own(OWN)))
    assert min(float(after.non_torch.min()), float(after.activation.min())) >= 0.0
    freed = before.non_torch + before.activation - after.non_torch - after.activation
    assert (after.kv_pool - before.kv_pool).item() == pytest.approx(freed.item())
    assert 0.0 < freed.item() <= 3.0 * GIB


def test_an_answer_says_whose_logs_its_memory_follows(catalogs: Catalogs) -> None:
    designs = one_gpu(catalogs, "vllm", "Qwen/Qwen3-8B", "L40S", "bf16")
    (text,) = own_memory_text(designs, 0, OWN)
    assert text == "0.50 GiB more beside weights and cache of each L40S under vLLM: your start-up logs"
    assert own_memory_text(one_gpu(catalogs, "vllm", "Qwen/Qwen3-8B", "L4", "bf16"), 0, OWN) == []
