from __future__ import annotations

import pytest

from models_db.catalog import ModelCatalog
from models_db.formats import find_format, formats
from models_db.recipes import by_bits, by_recipe, kinds_of, recipes

MODELS = ModelCatalog()


def test_every_recipe_is_of_formats_with_records() -> None:
    for recipe in recipes():
        stored = [rule.format for rule in recipe.rules] + [
            f for f in (recipe.rest, recipe.head) if f not in (None, "said")
        ]
        assert all(name in formats() for name in (*stored, *recipe.says))
        assert recipe.sources
        assert recipe.rest or recipe.rules


@pytest.mark.parametrize(
    ("model", "kinds"),
    [("Qwen/Qwen3-8B", {"attention"}), ("Qwen/Qwen3.5-35B-A3B", {"attention", "linear", "experts"}),
     ("deepseek-ai/DeepSeek-R1", {"mla", "experts"})],
)  # fmt: skip
def test_the_kinds_of_a_model_are_those_of_its_layers(model: str, kinds: set[str]) -> None:
    assert kinds_of(MODELS.find(model).model) == kinds


def test_a_maker_without_a_recipe_has_none() -> None:
    model = MODELS.find("Qwen/Qwen3-8B").model
    assert by_recipe("someone/Qwen3-8B-AWQ", "awq_int4_g128", model) is None
    assert by_bits("someone/Qwen3-8B-4bit", model) is None


@pytest.mark.parametrize("name", ["mlx-community/Qwen3-8B-4bit", "a/Qwen3-8B-mlx-8bit-g32", "x/Qwen3-8B-exl3-2.25bpw"])
def test_bits_in_a_name_are_a_format_with_a_record(name: str) -> None:
    told = by_bits(name, MODELS.find("Qwen/Qwen3-8B").model)
    assert told is not None
    assert find_format(told[0].format)
