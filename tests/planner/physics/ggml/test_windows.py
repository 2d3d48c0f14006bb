"""Whose windows llama.cpp applies, and who has a cache."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models_db.schema import Model
from planner.physics.ggml.windows import applies_windows, has_cache


@pytest.mark.parametrize(
    ("name", "applied"),
    [("google/gemma-3-27b-it", True), ("openai/gpt-oss-120b", True), ("mistralai/Mistral-7B-v0.1", False),
     ("microsoft/Phi-3-mini-4k-instruct", False), ("Qwen/Qwen3-8B", False)],
)  # fmt: skip
def test_windows_are_applied_where_some_layers_have_none(
    named: Callable[[str], Model], name: str, applied: bool
) -> None:
    assert applies_windows(named(name)) is applied


def test_encoders_have_no_cache_and_decoders_that_embed_have(named: Callable[[str], Model]) -> None:
    assert not has_cache(named("BAAI/bge-m3"))
    assert has_cache(named("Qwen/Qwen3-Embedding-8B"))
    assert has_cache(named("Qwen/Qwen3-8B"))
