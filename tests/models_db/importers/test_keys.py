from __future__ import annotations

from typing import Any

import pytest

from models_db.importers.keys import MAX_LAYERS, Keys
from planner.errors import ModelError


def test_the_first_name_that_is_there_counts() -> None:
    k = Keys({"b": 2.0, "c": 3, "n": None})
    assert k.count("a", "b", "c") == 2
    assert k.count("n", default=7) == 7
    assert "n" not in k
    assert k.has("x", "c")


@pytest.mark.parametrize("value", [True, "3", 2.5, -1, 2**40, [3]])
def test_a_count_that_is_none_names_its_place(value: Any) -> None:
    with pytest.raises(ModelError, match=r"^text_config\.heads: "):
        Keys({"text_config": {"heads": value}}).sub("text_config").count("heads")


def test_a_missing_key_names_its_other_spellings() -> None:
    with pytest.raises(ModelError, match=r"a: missing key \(also known as b\)"):
        Keys({}).count("a", "b")


def test_a_count_a_layer_is_a_number_or_a_list() -> None:
    assert Keys({"h": 4}).per_layer("h", layers=3) == [4, 4, 4]
    assert Keys({"h": [1, 2, 3, 9]}).per_layer("h", layers=3) == [1, 2, 3]
    with pytest.raises(ModelError, match="2 entries, expected at least 3"):
        Keys({"h": [1, 2]}).per_layer("h", layers=3)
    with pytest.raises(ModelError, match="more than"):
        Keys({"n": MAX_LAYERS + 1}).layers("n")
