"""Sizes of what lies in host memory."""

from __future__ import annotations

from collections.abc import Callable

from models_db.formats import find_format
from models_db.schema import Model
from planner.physics.ggml.graph import Graph
from planner.physics.ggml.settings import Process
from planner.physics.ggml.stored import Stored


def test_a_tensor_by_its_name_or_by_that_of_another_part(named: Callable[[str], Model]) -> None:
    model = named("meta-llama/Llama-3.1-8B")
    stored = Stored(model, find_format("q8_0"), Process(4096))
    assert stored.weight("lm_head") == 128_256 * 4096 * 8.5 / 8
    assert stored.renamed({"x": "lm_head"}).weight("x") == stored.weight("lm_head")
    assert stored.weight("experts_up") == stored.nothing("lm_head") == 0.0


def test_cells_of_windows_hold_where_windows_are_applied(named: Callable[[str], Model]) -> None:
    run = Process(32_768)
    assert Stored(named("google/gemma-3-27b-it"), find_format("q4_0"), run).cells(1024) == 1536
    assert Stored(named("mistralai/Mistral-7B-v0.1"), find_format("q4_0"), run).cells(4096) == 32_768


def test_caches_are_copied_to_a_device_only(named: Callable[[str], Model]) -> None:
    model, fmt = named("meta-llama/Llama-3.1-8B"), find_format("q4_0")
    for run, count in ((Process(4096), 2), (Process(4096, device=False), 0), (Process(4096, kv_on_cpu=True), 0)):
        assert len(Stored(model, fmt, run).cache_copies(Graph(model, run), 8, 8, 4096)) == count
