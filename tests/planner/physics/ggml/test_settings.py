"""Cells, streams and outputs of a process."""

from __future__ import annotations

from planner.physics.ggml.build import Build
from planner.physics.ggml.settings import Process


def test_sequences_have_cells_of_their_own_unless_the_cache_is_one() -> None:
    apart, one = Process(8000, n_parallel=4), Process(8000, n_parallel=4, unified=True)
    assert (apart.streams, apart.cells) == (4, 2048)
    assert (one.streams, one.cells) == (1, 8192)
    assert Process(8000, n_parallel=4, build=Build(5000)).streams == 1


def test_a_window_keeps_itself_and_a_batch() -> None:
    # Gemma-3-27B, 32,768 cells of two sequences: 2,560 cells a window layer (ggml-org/llama.cpp#14097).
    run = Process(32_768, n_parallel=2, build=Build(5602))
    assert run.window_cells(1024) == 2560
    assert Process(32_768, swa_full=True).window_cells(1024) == 32_768
    assert Process(1024).window_cells(1024) == 1024


def test_layers_are_dealt_with_the_head_as_the_last_of_them() -> None:
    assert Process(4096, devices=6).dealt(80) == [14, 13, 14, 13, 14, 12]
    assert Process(4096).dealt(32) == [32]
    assert sum(Process(4096, devices=8).dealt(61)) == 61


def test_outputs_are_those_of_the_batch_unless_limited() -> None:
    assert Process(4096).outputs == 512
    assert Process(4096, rows=4).outputs == 4
    assert Process(256).tokens == 256
