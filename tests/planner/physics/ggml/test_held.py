"""Weights, caches and states against what llama.cpp printed, and their limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_db.formats import find_format
from models_db.schema import Model
from planner.physics.ggml.build import Build
from planner.physics.ggml.held import cache_held, draft_kv_bytes, kv_bytes, share_of_experts, states_bytes, weights_held
from planner.physics.ggml.settings import Process

MIB = 2**20


@pytest.mark.parametrize(
    ("name", "mix", "device", "host"),
    [
        ("Qwen/Qwen3-4B", "q4_k_m", 2375.91, 304.28),  # tied: the embeddings in host memory, a head on the device
        ("microsoft/Phi-3-mini-4k-instruct", "q4_k_m", 2228.82, 52.84),
    ],
)
def test_printed_model_buffers(named: Callable[[str], Model], name: str, mix: str, device: float, host: float) -> None:
    found = weights_held(named(name), find_format(mix), Process(4096))
    assert found.device / MIB == pytest.approx(device, rel=1e-4)
    assert found.host / MIB == pytest.approx(host, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "run", "mib"),
    [
        ("moonshotai/Kimi-K2.5", Process(262_144), 17_568),  # one latent: builds since 2026-01 (llama.cpp#19067)
        ("deepseek-ai/DeepSeek-R1", Process(32_768, build=Build(5648)), 4148),  # latents as K and as V (#14201)
        ("deepseek-ai/DeepSeek-V3", Process(4096, build=Build(4429)), 19_520),  # expanded heads (#11141)
        ("google/gemma-3-27b-it", Process(32_768, n_parallel=2, k_bits=8.5, v_bits=8.5, build=Build(5602)), 1912.5),
        ("openai/gpt-oss-120b", Process(262_144, n_parallel=2, n_ubatch=1024), 9306),  # ollama#16416
        ("Qwen/Qwen3.5-27B", Process(131_072, k_bits=8.5, v_bits=8.5), 4352),
        ("microsoft/Phi-3-mini-4k-instruct", Process(4096), 1536),
        ("BAAI/bge-m3", Process(4096, build=Build(4422)), 384),
        ("BAAI/bge-m3", Process(4096), 0),
    ],
)  # fmt: skip
def test_printed_caches(named: Callable[[str], Model], name: str, run: Process, mib: float) -> None:
    assert kv_bytes(named(name), run) / MIB == pytest.approx(mib)


@pytest.mark.parametrize(("name", "mib"), [("Qwen/Qwen3.5-27B", 598.5), ("Qwen/Qwen3.5-9B", 201.0)])
def test_printed_states_of_four_sequences(named: Callable[[str], Model], name: str, mib: float) -> None:
    run = Process(8192, n_parallel=4)
    assert states_bytes(named(name), run) / MIB == pytest.approx(mib)
    assert states_bytes(named("Qwen/Qwen3-8B"), run) == 0.0


def test_states_of_drafts_may_be_undone(named: Callable[[str], Model]) -> None:
    model = named("Qwen/Qwen3.5-27B")
    one, drafting = (states_bytes(model, Process(8192, drafts=n)) for n in (0, 6))
    assert drafting == 7 * one


def test_a_file_with_drafting_layers_as_its_log_prints_it(named: Callable[[str], Model]) -> None:
    # Qwen3.5-27B in Q8_0 with one MTP layer and six drafts (public deployment note 57918538511).
    model, run = named("Qwen/Qwen3.5-27B"), Process(262_144, drafts=6)
    held = weights_held(model, find_format("q8_0"), run)
    assert (held.device + held.host) / MIB == pytest.approx(27_690.98, rel=1e-5)
    assert draft_kv_bytes(model, run) / MIB == pytest.approx(1024)
    assert states_bytes(model, run) / MIB == pytest.approx(1047, rel=0.001)


def test_what_leaves_the_device_is_on_the_host(named: Callable[[str], Model]) -> None:
    model, fmt = named("Qwen/Qwen3-30B-A3B"), find_format("q4_k_m")
    whole = weights_held(model, fmt, Process(4096))
    for run in (Process(4096, experts_on_cpu=20), Process(4096, layers_on_cpu=20), Process(4096, experts_on_cpu=48)):
        part = weights_held(model, fmt, run)
        assert part.device < whole.device
        assert part.device + part.host == pytest.approx(whole.device + whole.host)
    cache = cache_held(model, Process(4096, layers_on_cpu=24))
    assert cache.device == cache.host == kv_bytes(model, Process(4096)) / 2
    assert cache_held(model, Process(4096, kv_on_cpu=True)).device == 0.0


def test_leading_dense_layers_have_no_experts_to_move(named: Callable[[str], Model]) -> None:
    model, fmt = named("deepseek-ai/DeepSeek-V3"), find_format("q2_k")
    none, three = (weights_held(model, fmt, Process(4096, experts_on_cpu=n)) for n in (0, 3))
    assert none == three
    assert (share_of_experts(model, 3), share_of_experts(model, 32), share_of_experts(model, 99)) == (0.0, 0.5, 1.0)


def test_drafting_layers_are_counted_where_they_draft(named: Callable[[str], Model]) -> None:
    model, fmt = named("deepseek-ai/DeepSeek-V3"), find_format("q4_k_m")
    plain, drafting = (weights_held(model, fmt, Process(4096, drafts=n)).device for n in (0, 1))
    assert drafting > plain
    assert cache_held(model, Process(4096, drafts=1)).device > cache_held(model, Process(4096)).device
