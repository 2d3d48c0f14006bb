from __future__ import annotations

import pytest

from models_db.spelling import bare, is_vague, shortened


def test_a_name_loses_one_suffix_at_a_time() -> None:
    assert shortened("nvidia/Llama-3.1-8B-Instruct-FP8") == [
        "llama-3.1-8b-instruct-fp8", "llama-3.1-8b-instruct", "llama-3.1-8b",
    ]  # fmt: skip
    assert shortened("Meta-Llama-3-8B (dense)") == ["llama-3-8b"]


@pytest.mark.parametrize(
    ("words", "vague"), [("qwen-7b", True), ("llama70b", True), ("qwen3-8b", False), ("llama", False)]
)
def test_a_family_with_a_size_alone_is_vague(words: str, vague: bool) -> None:
    assert is_vague(words) == vague


def test_tables_of_scores_name_the_same_checkpoint_in_several_ways() -> None:
    assert bare("meta/Meta-Llama-3.1-70B-Instruct") == bare("llama-3.1-70b-instruct-fp8") == "llama3170b"
