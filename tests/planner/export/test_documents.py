from __future__ import annotations

import sys

import pytest
import yaml

from planner.errors import InputError
from planner.export.documents import loaded, without_none, yaml_of

ODD = {"a": "yes", "b": "1e3", "c": "two\nlines\n", "d": "null", "e": "# x", "f": "é", "g": "a: b"}


def test_texts_come_back_as_they_were_and_comments_stand_before_them() -> None:
    text = yaml_of([ODD, {"x": [1]}], ["said\nagain"])
    assert text.startswith("# said again\n")
    assert list(yaml.safe_load_all(text)) == [ODD, {"x": [1]}]
    assert "c: |" in text


def test_one_object_that_stands_twice_is_written_twice() -> None:
    same = {"k": "v"}
    assert "&" not in yaml_of([{"a": same, "b": same}], [])


def test_a_missing_library_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(InputError, match=r"gpuplan\[export\]"):
        loaded()


def test_what_is_empty_is_left_out() -> None:
    assert without_none({"a": None, "b": {}, "c": [], "d": 0, "e": False}) == {"d": 0, "e": False}
