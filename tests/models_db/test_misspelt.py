from __future__ import annotations

import pytest

from models_db.catalog import ModelCatalog, alias_tables
from models_db.misspelt import mended, one_letter
from planner.errors import ModelError

MODELS = ModelCatalog()


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("meta-llama/Llama-3.3-70B-Instuct", "meta-llama/Llama-3.3-70B-Instruct"),
        ("Llama-3.1-70B-Instrcut", "Llama-3.1-70B-Instruct"),
        ("Quen/Qwen3-32B", "Qwen/Qwen3-32B"), ("meta-lama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
    ],
)  # fmt: skip
def test_a_letter_that_is_wrong_is_no_version_of_its_own(name: str, right: str) -> None:
    with pytest.raises(ModelError, match=rf"is not known \(nearest: {right}\)"):
        MODELS.lookup(name)
    assert MODELS.lookup(right).model.id


@pytest.mark.parametrize(
    "name",
    [
        "unsloth/Llama-3.3-70B-Instruct", "nvidia/Qwen3-32B-NVFP4", "someone/Qwen3-8B-instructions", "mine/Qwen3-8B",
        "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "Qwn3/Qwen3-8B-Kaufmann",
    ],
)  # fmt: skip
def test_versions_of_others_are_taken(name: str) -> None:
    assert MODELS.lookup(name).note


def test_no_known_name_is_misspelt() -> None:
    known = (*MODELS.index, *alias_tables()["listed"])
    assert [name for name in known if mended(name, known) not in (None, name)] == []


def test_one_letter_is_one_letter() -> None:
    assert not one_letter("ab", "cd")
    assert not one_letter("abc", "a")
    assert one_letter("", "a")
    assert one_letter("ab", "ba")
