"""SGLang's start-up lines: one pool, a pool of states, a pool of windows."""

from __future__ import annotations

import pytest

from planner.logs.read import read_log
from planner.logs.sglang import read_sglang
from tests.planner.logs.samples import HYBRID, SGLANG, WINDOWS


def test_a_pool_is_counted_once_whatever_the_ranks() -> None:
    found = read_sglang(SGLANG.splitlines())
    figures = found.figures
    assert figures.kv_pool_gib == pytest.approx(12.68)
    assert (figures.kv_tokens, figures.weights_gib, figures.graphs_gib) == (83046, 70.24, 0.63)
    assert (figures.free_before_gib, figures.load_end_free_gib) == (92.13, 21.88)
    assert (figures.pool_end_free_gib, figures.end_free_gib) == (8.81, 8.15)


def test_what_the_engine_settled_on_wins_over_what_was_asked() -> None:
    said = read_sglang(SGLANG.splitlines()).settings
    assert (said.tp, said.memory_fraction, said.kv_cache_dtype, said.quantization) == (2, 0.87, "fp8_e5m2", "fp8")
    assert (said.max_model_len, said.max_num_seqs, said.max_num_batched_tokens) == (32768, 48, 8192)
    assert (said.prefix_caching, said.draft_tokens, said.eager) == (False, 3, False)


def test_states_lie_apart_from_the_cache() -> None:
    figures = read_sglang(HYBRID.splitlines()).figures
    assert figures.state_pool_gib == pytest.approx(5.54)
    assert (figures.state_slots, figures.kv_pool_gib, figures.kv_tokens) == (22, 6.5, 300_000)


def test_pools_of_windows_add_up() -> None:
    figures = read_sglang(WINDOWS.splitlines()).figures
    assert (figures.kv_pool_gib, figures.kv_tokens, figures.window_tokens) == (10.0, 63987, 51189)


def test_attention_ranks_of_data_parallelism_share_the_width() -> None:
    line = "server_args=ServerArgs(model_path='m', tp_size=8, dp_size=8, enable_dp_attention=True, ep_size=8)"
    said = read_sglang([line]).settings
    assert (said.tp, said.dp, said.ep) == (1, 8, 8)


def test_a_load_that_leaves_nothing_is_a_failure() -> None:
    line = "ValueError: Loaded weights leave no GPU memory for the KV cache under --mem-fraction-static=0.88."
    assert "--mem-fraction-static=0.88" in (read_sglang([*SGLANG.splitlines(), line]).failure or "")


@pytest.mark.parametrize("size", [".", "..", "1.2.3", "1.", ".5", "\u0663", ""])
def test_a_size_that_is_no_number_is_left_out(size: str) -> None:
    start = "server_args=ServerArgs(model_path='a')\nLoad weight end. mem usage=1 GB\n"
    lines = (
        f"KV Cache is allocated. #tokens: 5, KV size: {size} GB\nMamba Cache is allocated. conv_state size: {size}GB"
    )
    figures = read_log(start + lines).figures
    assert (figures.kv_pool_gib, figures.state_pool_gib, figures.weights_gib) == (None, None, 1.0)
