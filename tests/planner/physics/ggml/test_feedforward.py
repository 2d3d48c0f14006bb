"""Feed-forward parts in a graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_db.formats import find_format
from models_db.schema import Model
from planner.physics.ggml.allocator import buffer_bytes
from planner.physics.ggml.build import Build
from planner.physics.ggml.feedforward import fed
from planner.physics.ggml.graph import Graph
from planner.physics.ggml.settings import Process
from planner.physics.ggml.stored import Stored

MIB = 2**20


def size_of(model: Model, run: Process, *, on_cpu: bool = False) -> int:
    g = Graph(model, run)
    state = g.feed(model.hidden * run.tokens)
    ffns, stored = model.layers[-1].ffns, Stored(model, find_format("q4_k_m"), run)
    fed(g, ffns, stored, state, run.tokens, dense_on_cpu=False, experts_on_cpu=on_cpu)
    return buffer_bytes(g.nodes, g.inputs)


def test_a_fused_gate_is_a_third_tensor_of_the_width(named: Callable[[str], Model]) -> None:
    model = named("meta-llama/Llama-3.1-8B")
    old, new = (size_of(model, Process(4096, build=Build(n))) for n in (5000, 6000))
    assert (old, new) == (16 * MIB + 2 * 28 * MIB, 16 * MIB + 3 * 28 * MIB)


def test_experts_in_host_memory_pass_through_the_device_whole(named: Callable[[str], Model]) -> None:
    model = named("Qwen/Qwen3-30B-A3B")
    whole = 128 * 768 * 2048 * 4.5 / 8
    near, far = (size_of(model, Process(4096), on_cpu=on) for on in (False, True))
    assert far - near == pytest.approx(whole, rel=0.4)
