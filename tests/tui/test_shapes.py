from __future__ import annotations

from typing import Any

import pytest

from tests.tui.conftest import H100
from tui.shapes import is_workload, listed


@pytest.mark.parametrize("bent", [5, None, [], {"sla": 3}, {"sla": {"x": 1}}, {"traffic": []}, {"quality": "a"}])
def test_tables_are_tables(bent: Any) -> None:
    assert is_workload(H100)
    assert is_workload({**H100, "tco": 5, "traffic": {"rate_per_s": "x"}})
    assert not is_workload(bent)


def test_a_list_of_texts_is_found_where_there_is_one() -> None:
    assert listed({"tco": {"apis": ["a", "b"]}}, "tco", "apis") == ("a", "b")
    assert listed({"tco": {"apis": "a"}}, "tco", "apis") == listed({"tco": []}, "tco", "apis") == ()
