"""Compute buffers against what llama.cpp printed, each from its issue or log, and their limits."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from models_db.formats import find_format
from models_db.schema import Model
from planner.physics.ggml.build import Build
from planner.physics.ggml.reserve import compute_buffers, in_order
from planner.physics.ggml.settings import Process

MIB = 2**20
# Model, mix, process, MiB of the device that needs most, MiB of the host where it is stated.
PRINTED = [
    ("meta-llama/Llama-3.1-8B", "q4_k_m", Process(2048, build=Build(4265)), 258.50, 12.01),  # llama.cpp#10701
    ("meta-llama/Llama-3.1-8B", "q6_k", Process(131_072, flash=True, k_bits=4.5, v_bits=4.5, build=Build(3928)),
     416.00, 264.01),  # llama.cpp#9949
    ("meta-llama/Llama-3.1-405B", "iq3_xxs", Process(131_072, flash=True, layers_on_cpu=126, output_on_cpu=True,
     k_bits=4.5, v_bits=4.5, build=Build(3928)), 1660.25, 288.01),  # llama.cpp#9949, no layer on the GPU
    ("meta-llama/Meta-Llama-3-70B-Instruct", "q4_k_m", Process(8192, devices=2, pipelined=True, build=Build(3263)),
     1216.02, 80.02),  # llama.cpp#8117
    ("google/gemma-2-9b", "q4_k_m", Process(2048, devices=2, pipelined=True, build=Build(3372)), 567.02, 39.02),
    ("google/gemma-3-27b-it", "iq3_m", Process(32_768, n_parallel=2, flash=True, k_bits=8.5, v_bits=8.5,
     build=Build(5602)), 522.50, 79.51),  # llama.cpp#14097
    ("Qwen/Qwen3.5-27B", "q4_k_m", Process(131_072, n_parallel=4, unified=True, flash=True, build=Build(9000)),
     495.00, 276.29),  # 2026-05
    ("microsoft/Phi-3-mini-4k-instruct", "q4_k_m", Process(4096, n_ubatch=256, build=Build(3600)), 150.00, 7.00),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mix", "run", "device", "host"), PRINTED)
def test_printed_buffers(
    named: Callable[[str], Model], name: str, mix: str, run: Process, device: float, host: float
) -> None:
    found = compute_buffers(named(name), find_format(mix), run)
    assert found.largest / MIB == pytest.approx(device, rel=0.002)
    assert found.host / MIB == pytest.approx(host, rel=0.005)


def test_fewer_outputs_leave_out_the_logits(named: Callable[[str], Model]) -> None:
    model, fmt = named("Qwen/Qwen3-4B"), find_format("q4_k_m")
    all_rows, one = (compute_buffers(model, fmt, Process(8192, flash=True, rows=n)).largest for n in (None, 1))
    assert all_rows / MIB == pytest.approx(301.75, rel=0.01)  # 151,936 x 512 logits in FP32 and their norm
    assert one / MIB == pytest.approx(85.01, rel=0.05)  # as printed, 2026-11


@pytest.mark.parametrize("name", ["meta-llama/Llama-3.1-8B", "openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V3"])
def test_more_cells_never_need_less(named: Callable[[str], Model], name: str) -> None:
    for flash in (False, True):
        runs = [Process(n, flash=flash) for n in (1024, 8192, 65_536)]
        sizes = [compute_buffers(named(name), find_format("q4_k_m"), run).largest for run in runs]
        assert sizes == sorted(sizes)


def test_a_cache_on_the_cpu_takes_the_attention_off_the_device(named: Callable[[str], Model]) -> None:
    model, fmt = named("zai-org/GLM-4-9B-0414"), find_format("q5_k_m")
    near, far = (compute_buffers(model, fmt, Process(32_000, kv_on_cpu=on, build=Build(5149))) for on in (False, True))
    assert near.largest / MIB > 2000
    assert far.largest / MIB == pytest.approx(312.00, rel=0.03)  # llama.cpp#12946: 312.00 and 2071.51 of the host
    assert far.host / MIB == pytest.approx(2071.51, rel=0.02)


def test_kinds_of_layers_are_spread_and_dense_ones_lead(named: Callable[[str], Model]) -> None:
    gemma = in_order(named("google/gemma-3-27b-it"))
    assert len(gemma) == 62
    full = [i for i, group in enumerate(gemma) if group.mixers[0].kind == "attention" and not group.mixers[0].window]
    assert max(b - a for a, b in pairwise(full)) <= 7
    assert [group.ffns[0].kind for group in in_order(named("deepseek-ai/DeepSeek-V3"))][:4] == ["dense"] * 3 + ["moe"]
