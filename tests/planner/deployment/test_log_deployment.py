"""The deployment that a log tells of."""

from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.deployment.log_deployment import Stated, changed, start_of
from planner.logs.read import read_log
from planner.physics.deployment import Deployment
from planner.request.engine import EngineSettings
from tests.planner.logs.samples import LLAMACPP, NEWEST, SGLANG, V0, V1


def test_a_log_with_its_arguments_needs_a_gpu_alone(catalogs: Catalogs) -> None:
    start = start_of(read_log(V1), Stated(gpu="L40S"), catalogs)
    d, s = start.deployment, start.deployment.settings
    assert (d.model, d.engine, d.kv, d.split.tp) == ("Qwen/Qwen3-8B", "vllm", "fp8", 2)
    assert (s.engine_version, s.max_model_len, s.max_num_seqs, s.memory_fraction) == ("0.23.0", 32768, 64, 0.86)
    assert s.memory.total_gib == 44.4
    assert (str(s.speculation), s.eager) == ("eagle:3", False)
    assert {"tp", "max_num_seqs", "memory_fraction", "engine_version"} <= start.stated


def test_a_gpu_that_the_log_names_is_taken(catalogs: Catalogs) -> None:
    start = start_of(read_log(NEWEST), Stated(), catalogs)
    assert start.deployment.gpu == catalogs.hardware.accelerator("H100").id
    assert start.deployment.settings.eager


def test_flags_win_over_the_log(catalogs: Catalogs) -> None:
    own = EngineSettings(max_num_seqs=8)
    start = start_of(read_log(V1), Stated(model="Qwen/Qwen3-4B", gpu="L40S", widths={"tp": 1}, settings=own), catalogs)
    assert (start.deployment.model, start.deployment.split.tp) == ("Qwen/Qwen3-4B", 1)
    assert start.deployment.settings.max_num_seqs == 8
    assert start.deployment.settings.max_model_len == 32768


def test_free_memory_is_that_before_the_load(catalogs: Catalogs) -> None:
    d = start_of(read_log(SGLANG), Stated(gpu="RTX PRO 6000"), catalogs).deployment
    assert (d.settings.memory.free_gib, d.settings.memory.total_gib) == (92.13, None)
    assert (d.split.tp, d.weights, d.settings.max_num_batched_tokens) == (2, "fp8", 8192)


def test_buffers_tell_the_devices_and_the_file_the_mix(catalogs: Catalogs) -> None:
    d = start_of(read_log(LLAMACPP), Stated(), catalogs).deployment
    assert (d.engine, d.split.pp) == ("llama.cpp", 2)
    assert (d.model, d.weights) == ("Qwen3-8B", "gguf_q4_k_m")
    assert (d.settings.ctx_size, d.settings.cache_type_k, d.settings.cache_type_v) == (32768, "q8_0", "f16")


def test_lines_without_a_version_are_of_their_generation(catalogs: Catalogs) -> None:
    start = start_of(read_log(V0), Stated(model="meta-llama/Llama-3.1-8B", gpu="H100"), catalogs)
    assert start.deployment.settings.engine_version == "0.7.3"
    assert any("--engine-version" in note for note in start.notes)
    assert any("--tp (1)" in note for note in start.notes)


def test_a_change_leaves_all_else(catalogs: Catalogs) -> None:
    d = Deployment("m", "H100", settings=EngineSettings(eager=True))
    other = changed(d, {"capture_size": 8}, memory_fraction=0.8)
    assert (other.settings.eager, other.settings.memory_fraction, other.settings.memory.capture_size) == (True, 0.8, 8)
    assert d.settings.memory.capture_size is None


@pytest.mark.parametrize("text", [V0, V1, SGLANG])
def test_what_was_taken_by_default_is_said_in_words(text: str, catalogs: Catalogs) -> None:
    start = start_of(read_log(text), Stated(model="Qwen/Qwen3-8B", gpu="L40S"), catalogs)
    assert all(note.isprintable() for note in start.notes)
