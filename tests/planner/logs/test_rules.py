"""Figures of lines, and of the ranks that print them."""

from __future__ import annotations

from planner.logs.rules import Gathered, apply, figures_of, lines_with, rule, settings_of

RULES = (rule("pool", r"pool (?P<kv_pool_gib>#) of (?P<set_max_num_seqs>\d+)"), rule("size", r"size (?P<kv_tokens>@)"))


def test_lines_come_in_order_with_their_key() -> None:
    assert list(lines_with(["a size 1", "b", "c pool size"], ["pool", "size"])) == [
        (0, "size"),
        (2, "pool"),
        (2, "size"),
    ]
    assert list(lines_with([], ["pool"])) == []


def test_of_several_ranks_the_least_of_what_is_left_counts() -> None:
    found = Gathered()
    for line in ("pool 3.5 of 8", "pool 3.25 of 9", "size 1,024"):
        apply(found, line, RULES)
    assert found.figures == {"kv_pool_gib": 3.25, "kv_tokens": 1024.0}
    assert found.settings == {"max_num_seqs": "8"}


def test_what_no_field_takes_is_left_out() -> None:
    said = settings_of({"tp": "0", "eager": "True", "memory_fraction": "7", "dtype": "bf16", "max_num_seqs": "x"})
    assert said.model_dump(exclude_none=True) == {"eager": True, "dtype": "bf16"}
    assert figures_of({"kv_tokens": -1.0, "graphs_gib": -0.2}).stated == {"graphs_gib": -0.2}
    found = Gathered()
    found.take("kv_pool_gib", 1e9)
    assert found.figures == {}
