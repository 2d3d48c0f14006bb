from __future__ import annotations

from planner.evidence.judge import cross_validation


def test_the_cross_validation_is_at_hand() -> None:
    rows = {(r["left_out"], r["load"], r["figure"]): r for r in cross_validation()}
    closed = rows["pair", "closed loop, min latency", "tpot_s"]
    assert closed["points"] > 2000
    assert closed["median"] <= 0.11
    assert rows["model", "closed loop, min latency", "tpot_s"]["median"] <= 0.13
    assert rows["pair", "lengths known", "output_tok_s"]["median"] <= 0.14
    assert rows["pair", "closed loop, min latency", "ttft_s"]["median"] < 0.49  # aiconfigurator's on its own points


def test_the_cross_validation_covers_it() -> None:
    rows = {(r["left_out"], r["load"]): r for r in cross_validation()}
    assert rows["pair", "llama.cpp generation"]["points"] > 1000
    assert rows["pair", "llama.cpp generation"]["median"] < 0.3
