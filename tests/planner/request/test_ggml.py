"""Settings of llama.cpp in a workload, and who has them."""

from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.physics.engines import configured
from planner.request.engine import EngineSettings
from planner.request.ggml import CACHE_BITS, GgmlSettings
from planner.request.reading import parse_request

ASKED = {"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 1.0}}


def test_a_workload_states_them_under_engine() -> None:
    request = parse_request({**ASKED, "engine": {"ctx_size": 8192, "cache_type_k": "q8_0", "n_cpu_moe": 4}})
    assert (request.engine.ctx_size, request.engine.cache_type_k, request.engine.n_cpu_moe) == (8192, "q8_0", 4)
    assert request.engine.of_ggml == ["ctx_size", "cache_type_k", "n_cpu_moe"]
    with pytest.raises(InputError, match=r"engine\.cache_type_k: .*q9.*nearest"):
        parse_request({**ASKED, "engine": {"cache_type_k": "q9"}})


def test_other_engines_do_not_have_them() -> None:
    with pytest.raises(InputError, match=r"engine\.ctx_size: is a setting of llama\.cpp and Ollama, not of vLLM"):
        configured("vllm", EngineSettings(ctx_size=8192))
    assert configured("llama.cpp", EngineSettings(ctx_size=8192)).settings.ctx_size == 8192


def test_what_is_on_the_host_depends_on_the_layers() -> None:
    assert EngineSettings(n_gpu_layers=36).on_host(36)
    assert not EngineSettings(n_gpu_layers=99).on_host(36)
    assert EngineSettings(n_cpu_moe=1).on_host(36)
    assert not EngineSettings(n_cpu_moe=0).on_host(36)


def test_parallel_is_the_number_of_sequences() -> None:
    assert EngineSettings(parallel=4).sequences == 4
    assert EngineSettings(parallel=4, max_num_seqs=2).sequences == 2


def test_every_cache_type_has_bits() -> None:
    kinds = str(GgmlSettings.model_fields["cache_type_k"].annotation)
    assert all(f"'{name}'" in kinds for name in CACHE_BITS)
