from __future__ import annotations

import pytest

from planner.evidence.engine import engine_of
from planner.physics.engines import find_engine


@pytest.mark.parametrize(
    ("row", "note", "same_as"),
    [
        ({"engine": "vLLM", "engine_version": "0.6.3"}, "", ("vllm", "0.6.3")),
        ({"engine": "vLLM"}, "measured=2024-06-01", ("vllm", "2024-06-01")),
        ({"engine": "vLLM", "ref": "runs/20250610-a"}, "", ("vllm", "2025-06-10")),
        ({"engine": "vLLM"}, "", ("vllm", None)),
    ],
)
def test_an_era_is_that_of_the_version_else_of_the_day_else_the_newest(
    row: dict[str, str], note: str, same_as: tuple[str, str | None]
) -> None:
    assert engine_of(row, note).era == find_engine(*same_as).era


def test_a_name_of_no_family_is_calibrated_as_other() -> None:
    assert engine_of({"engine": "NoSuchEngine"}, "").era == "other"
