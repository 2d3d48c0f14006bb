"""TensorRT-LLM's start-up lines, of both flows."""

from __future__ import annotations

import pytest

from planner.logs.trtllm import read_trtllm
from tests.planner.logs.samples import TRT_OLD, TRTLLM


def test_the_last_pool_counts_not_that_of_the_profile_run() -> None:
    found = read_trtllm(TRTLLM.splitlines())
    figures = found.figures
    assert (found.version, figures.kv_pool_gib, figures.kv_tokens) == ("1.0.0", 59.36, 972_544)
    assert (figures.weights_gib, figures.available_gib, figures.total_gib) == (8.46, 59.36, 79.1)
    assert (found.settings.memory_fraction, found.settings.max_num_seqs) == (0.9, 2048)
    assert (found.settings.max_model_len, figures.block_tokens) == (131_072, 32)


def test_bytes_of_old_lines_become_gib() -> None:
    figures = read_trtllm(TRT_OLD.splitlines()).figures
    assert figures.kv_pool_gib == pytest.approx(64.75)
    assert figures.weights_gib == pytest.approx(6683 / 1024)
    assert figures.kv_tokens == 132_608
