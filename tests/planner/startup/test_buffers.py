"""llama.cpp's buffers, as they are printed."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.physics.deployment import Deployment, one_design
from planner.physics.split import Split
from planner.request.engine import EngineSettings
from planner.startup.buffers import buffers_of
from planner.startup.figures import Values


def buffers(catalogs: Catalogs, model: str, *, pp: int = 1, **settings: object) -> Values:
    stated = EngineSettings.model_validate(settings)
    named = Deployment(model, "RTX 3090", "gguf_q4_k_m", engine="llama.cpp", split=Split(pp=pp), settings=stated)
    return buffers_of(one_design(named, catalogs)[0])


def test_a_cache_of_8192_cells_of_llama_8b_is_1_gib(catalogs: Catalogs) -> None:
    found = buffers(catalogs, "meta-llama/Llama-3.1-8B", ctx_size=8192, parallel=1)
    assert found["kv_mib"] == pytest.approx(1024.0)
    assert found["window_kv_mib"] is None
    assert found["host_kv_mib"] is None
    assert found["output_mib"] == pytest.approx(128_256 * 4 / 2**20)
    assert (found["device"], found["pinned"]) == ("CUDA0", "CUDA_Host")


def test_layers_with_windows_have_a_buffer_of_their_own(catalogs: Catalogs) -> None:
    found = buffers(catalogs, "google/gemma-3-27b-it", ctx_size=32768, parallel=1)
    # 10 layers of 32768 cells, 16 heads of 128 in 16 bit; 52 layers keep 1024 + 512 cells.
    assert found["kv_mib"] == pytest.approx(10 * 32768 * 2 * 16 * 128 * 2 / 2**20, rel=0.01)
    assert found["window_kv_mib"] == pytest.approx(52 * 1536 * 2 * 16 * 128 * 2 / 2**20, rel=0.01)


def test_layers_on_the_host_leave_the_device(catalogs: Catalogs) -> None:
    whole = buffers(catalogs, "meta-llama/Llama-3.1-8B", ctx_size=8192, parallel=1)
    half = buffers(catalogs, "meta-llama/Llama-3.1-8B", ctx_size=8192, parallel=1, n_gpu_layers=16)
    assert half["kv_mib"] < whole["kv_mib"]  # type: ignore[operator]
    assert half["host_kv_mib"] is not None
    assert half["host_weights_mib"] > whole["host_weights_mib"]  # type: ignore[operator]
