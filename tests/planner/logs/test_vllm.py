"""vLLM's start-up lines, by generation."""

from __future__ import annotations

import pytest

from planner.logs.vllm import read_vllm
from tests.planner.logs.samples import NEWEST, V0, V1


def test_lines_of_v0_state_every_term() -> None:
    found = read_vllm(V0.splitlines())
    figures = found.figures
    assert (figures.weights_gib, figures.non_torch_gib, figures.activation_gib) == (14.99, 0.09, 1.26)
    assert (figures.kv_pool_gib, figures.blocks, figures.total_gib, figures.graphs_gib) == (51.0, 26112, 79.22, 0.35)
    assert (figures.concurrency, figures.concurrency_tokens) == (51.0, 8192)
    assert found.settings.memory_fraction == 0.85


def test_lines_of_v1_give_settings_and_the_rank_with_least_room() -> None:
    found = read_vllm(V1.splitlines())
    assert (found.version, found.model) == ("0.23.0", "Qwen/Qwen3-8B")
    assert (found.figures.weights_gib, found.figures.kv_pool_gib, found.figures.kv_tokens) == (7.82, 30.25, 881_664)
    assert (found.figures.graphs_gib, found.figures.graphs_estimated_gib) == (0.31, 0.1)
    said = found.settings
    assert (said.tp, said.ep, said.max_model_len, said.max_num_seqs) == (2, 2, 32768, 64)
    assert (said.memory_fraction, said.kv_cache_dtype, said.eager) == (0.86, "fp8", False)
    assert (said.draft_method, said.draft_tokens) == ("eagle3", 3)
    assert found.arguments["tensor_parallel_size"] == "2"


def test_newest_lines_state_what_was_consumed_and_name_the_gpu() -> None:
    found = read_vllm(NEWEST.splitlines())
    assert found.figures.weights_gib is None
    assert (found.figures.consumed_gib, found.figures.activation_gib) == (15.26, 1.44)
    assert (found.figures.kv_tokens, found.figures.concurrency) == (460_496, 3.51)
    assert found.gpus == ("NVIDIA H100 80GB HBM3",)
    assert found.settings.eager is True


def test_a_second_start_takes_the_place_of_the_first() -> None:
    found = read_vllm([*NEWEST.splitlines(), *V1.splitlines()])
    assert found.figures.consumed_gib is None
    assert found.model == "Qwen/Qwen3-8B"


@pytest.mark.parametrize(
    "line",
    [
        "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`.",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
    ],
)
def test_a_start_that_failed_says_so(line: str) -> None:
    failure = read_vllm([*V0.splitlines(), line]).failure
    assert failure is not None
    assert failure in line
