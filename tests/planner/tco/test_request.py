from __future__ import annotations

from typing import Any

import pytest

from planner.errors import InputError
from planner.tco.request import parse_tco
from tests.planner.tco.conftest import BASE


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([{"name": "a", "share": 0.5}], "add up to 0.5"),
        ([{"name": "a", "share": 0.5}, {"name": "a", "share": 0.5}], "same name"),
        ([{"name": "a", "share": 1.0, "minscore": 3}], "nearest"),
        ([{"name": "a", "share": 1.0, "min_score": 30_000}], "min_score"),
    ],
)
def test_bad_classes_are_one_line(classes: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_tco({**BASE, "tco": {"classes": classes, "benchmark": "MMLU"}})
    assert "\n" not in str(caught.value)
