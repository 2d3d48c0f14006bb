"""llama.cpp's load: buffers by device, of the last context that is no drafter's."""

from __future__ import annotations

import pytest

from planner.logs.llamacpp import read_llamacpp
from tests.planner.logs.samples import LLAMACPP


def test_buffers_are_those_of_the_fullest_device() -> None:
    found = read_llamacpp(LLAMACPP.splitlines())
    figures = found.figures
    assert figures.weights_gib == pytest.approx(2398.51 / 1024)
    assert figures.kv_pool_gib == pytest.approx(2432 / 1024)
    assert figures.compute_gib == pytest.approx(300.75 / 1024)
    assert figures.state_pool_gib == pytest.approx(50.25 / 1024)
    assert {b.device for b in found.buffers} == {"CPU_Mapped", "CUDA0", "CUDA1", "CUDA_Host"}


def test_settings_and_names_are_read() -> None:
    found = read_llamacpp(LLAMACPP.splitlines())
    assert (found.version, found.model) == ("b6325", "/models/Qwen3-8B-Q4_K_M.gguf")
    assert found.gpus == ("NVIDIA GeForce RTX 3090",)
    said = found.settings
    assert (said.n_ctx, said.n_seq_max, said.n_ubatch, said.flash_attn) == (32768, 4, 512, "enabled")
    assert (said.cache_type_k, said.cache_type_v, said.offloaded_layers, said.layers) == ("q8_0", "f16", 37, 37)


def test_a_second_load_and_not_the_first_counts() -> None:
    zeros = LLAMACPP.replace("2297.51", "0.00").replace("2432.00", "0.00")
    assert (
        read_llamacpp([*zeros.splitlines(), *LLAMACPP.splitlines()]).buffers
        == read_llamacpp(LLAMACPP.splitlines()).buffers
    )


def test_the_context_of_a_drafter_is_left_out() -> None:
    lines = [
        *LLAMACPP.splitlines(), "srv load_model: creating MTP draft context against the target model",
        "llama_context: n_ctx         = 4096", "llama_kv_cache:      CUDA0 KV buffer size =  9999.00 MiB",
    ]  # fmt: skip
    found = read_llamacpp(lines)
    assert found.settings.n_ctx == 32768
    assert found.figures.kv_pool_gib == pytest.approx(2432 / 1024)


def test_old_lines_have_no_word_for_the_weights() -> None:
    lines = [
        "llm_load_tensors:      CUDA0 buffer size =  2048.00 MiB",
        "llm_load_tensors:        CPU buffer size = 9.0 MiB",
    ]
    assert read_llamacpp(lines).figures.weights_gib == 2.0
