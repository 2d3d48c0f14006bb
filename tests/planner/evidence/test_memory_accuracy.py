from __future__ import annotations

from planner.evidence.box import Pairs
from planner.evidence.memory_accuracy import by_engine, graphs_off, share_judged, worst


def test_the_table_has_every_engine_and_most_logs(pairs: Pairs) -> None:
    rows = by_engine(pairs)
    assert {row[0] for row in rows} == {"vllm", "sglang", "tensorrt-llm"}
    assert share_judged(pairs) >= 0.6


def test_graphs_are_within_half_a_gib_of_nine_tenths(pairs: Pairs) -> None:
    name, logs, median, p90, _ = graphs_off(pairs)
    assert isinstance(logs, int)
    assert logs > 30
    assert float(str(median)) <= float(str(p90)) <= 0.5, name


def test_the_furthest_off_come_first(pairs: Pairs) -> None:
    off = [abs(error) for error, _ in worst(pairs, "KV pool")]
    assert off == sorted(off, reverse=True)
