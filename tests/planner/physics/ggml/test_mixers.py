"""Attention and recurrences in a graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_db.formats import find_format
from models_db.schema import Model
from planner.physics.ggml.allocator import buffer_bytes
from planner.physics.ggml.graph import Graph
from planner.physics.ggml.mixers import mixed
from planner.physics.ggml.settings import Process
from planner.physics.ggml.stored import Stored


def size_of(model: Model, run: Process, *, on_cpu: bool = False) -> int:
    g = Graph(model, run)
    state = g.feed(model.hidden * run.tokens)
    mixed(g, model.layers[-1].mixers[0], Stored(model, find_format("q4_k_m"), run), state, on_cpu=on_cpu)
    return buffer_bytes(g.nodes, g.inputs)


@pytest.mark.parametrize(
    "name", ["meta-llama/Llama-3.1-8B", "deepseek-ai/DeepSeek-V3", "Qwen/Qwen3.5-27B", "microsoft/phi-4"]
)
def test_more_tokens_never_need_less(named: Callable[[str], Model], name: str) -> None:
    sizes = [size_of(named(name), Process(8192, n_ubatch=n)) for n in (64, 256, 1024)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_without_flash_attention_the_scores_of_all_heads_are_there(named: Callable[[str], Model]) -> None:
    model = named("meta-llama/Llama-3.1-8B")
    scores = 32 * 8192 * 512 * 4
    plain, flash = (size_of(model, Process(8192, flash=on)) for on in (False, True))
    assert plain - flash == pytest.approx(scores, rel=0.2)


def test_a_layer_on_the_cpu_copies_its_cache_to_the_device(named: Callable[[str], Model]) -> None:
    run = Process(32_768, flash=True)
    model = named("meta-llama/Llama-3.1-8B")
    cache = 2 * 32_768 * 8 * 128 * 2
    assert size_of(model, run, on_cpu=True) >= cache > size_of(model, run)
