"""Inputs of a graph: copies for batches in flight, masks that are cast once."""

from __future__ import annotations

from collections.abc import Callable

from models_db.schema import Model
from planner.physics.ggml.build import Build
from planner.physics.ggml.graph import COPIES, FLOAT, HALF, Graph
from planner.physics.ggml.settings import Process

NAME = "meta-llama/Llama-3.1-8B"


def test_an_input_is_one_tensor_or_a_copy_for_each_batch_in_flight(named: Callable[[str], Model]) -> None:
    one, four = Graph(named(NAME), Process(4096)), Graph(named(NAME), Process(4096, devices=2, pipelined=True))
    one.feed(10)
    four.feed(10)
    assert (len(one.nodes), len(one.inputs)) == (1, 0)
    assert (len(four.nodes), len(four.inputs)) == (0, COPIES)


def test_a_mask_is_cast_once_and_only_before_half_masks(named: Callable[[str], Model]) -> None:
    old = Graph(named(NAME), Process(4096, flash=True, build=Build(6500)))
    assert old.mask(False, 4096) is old.mask(False, 4096)
    assert [node.size for node in old.nodes] == [4096 * 512 * FLOAT, 4096 * 512 * HALF]
    new = Graph(named(NAME), Process(4096, flash=True))
    new.mask(False, 4096)
    assert [node.size for node in new.nodes] == [4096 * 512 * HALF]


def test_a_weight_in_host_memory_is_copied_before_its_product(named: Callable[[str], Model]) -> None:
    g = Graph(named(NAME), Process(4096))
    source = g.add(10)
    g.product(10, source, 1000.0)
    assert [node.size for node in g.nodes] == [40, 1000, 10 * 512 * FLOAT]
