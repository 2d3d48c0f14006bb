from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.physics.own import NOTHING, MeasuredPlace, OwnFactors


def runs(gpu: str, low: float, day: str = "2026-11-28") -> MeasuredPlace:
    return MeasuredPlace(gpu, "vllm", "llama", "bf16", "tp1", day, 12, {"tpot": (low, 1.2)}, {"tpot": {0.9: 1.0 / low}})


def test_a_gpu_is_known_under_the_engine_that_it_was_measured_with() -> None:
    own = OwnFactors({}, (runs("l4", 0.9),))
    assert own.has("l4", "vllm")
    assert not own.has("l4", "sglang")
    assert own.of(("llama", "l4", "vllm", "bf16", "tp1")) is own.runs[0]
    assert own.of(("llama", "l4", "vllm", "bf16", "tp2")) is None
    assert own.of(("llama", "l4", "vllm", "fp8", "tp1")) is None
    assert not NOTHING.has("l4", "vllm")


def test_of_two_with_the_same_words_the_wider_interval_holds() -> None:
    own = OwnFactors({}, (runs("l4", 0.9), runs("l40s", 0.7), runs("t4", 0.5, "2026-11-27")))
    assert own.runs[0].basis == "measured (yours, 2026-11-28, 12 points)"
    assert own.intervals()[own.runs[0].basis] == {"tpot": (0.7, 1.2)}
    assert own.cautions()[own.runs[0].basis] == {"tpot": {0.9: 1.0 / 0.7}}
    assert own.intervals()[own.runs[2].basis] == {"tpot": (0.5, 1.2)}


def test_a_record_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError):
        runs("l4", 0.9, "yesterday")
    with pytest.raises(ValidationError):
        OwnFactors({("own", "l4 @ vllm", "all"): -1.0}, ())
