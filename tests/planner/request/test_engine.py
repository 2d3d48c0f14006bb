"""The engine's settings as a record: what it takes, and what it says."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from planner.request.engine import AS_SHIPPED, EngineSettings


@pytest.mark.parametrize(
    "bad",
    [
        {"max_num_seqs": 0}, {"max_num_batched_tokens": 131_072}, {"memory_fraction": 1.2}, {"memory_fraction": "nan"},
        {"engine_version": "newest"}, {"max_model_len": 0}, {"max_tokens": 3},
    ],
)  # fmt: skip
def test_what_no_engine_takes_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EngineSettings.model_validate(bad)


@pytest.mark.parametrize("version", ["0.10.1", "v0.8", "0.6.4.post1", "2025-07-22", "2025-07", "4400"])
def test_versions_and_days_are_read(version: str) -> None:
    assert EngineSettings(engine_version=version).engine_version == version


def test_what_is_set_is_said_and_nothing_else() -> None:
    assert AS_SHIPPED.texts() == []
    assert AS_SHIPPED.sequences == 256
    said = EngineSettings(engine_version="0.10", max_num_seqs=64, max_model_len=100_000, eager=True).texts()
    assert said[0] == "engine settings: engine_version 0.10, max_model_len 100000, max_num_seqs 64"
    assert said[1] == "requests longer than 100000 tokens are refused"
    assert said[2].startswith("eager: no CUDA graphs")


def test_a_length_is_at_least_a_request_and_at_most_the_context() -> None:
    settings = EngineSettings(max_model_len=4096)
    assert settings.problem(4096, "m", 8192) == ""
    assert "less than the 4097 tokens" in settings.problem(4097, "m", 8192)
    assert "more than the context of m (2048)" in settings.problem(10, "m", 2048)
    assert AS_SHIPPED.problem(1e9, "m", 2048) == ""
