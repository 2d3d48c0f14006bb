"""Keys in formulas."""

from __future__ import annotations

from planner.document.formula import in_cells, key_of, names


def test_functions_and_numbers_are_no_keys() -> None:
    assert names("ROUNDUP(MAX(a.b_2, 1.5) * 10, 0) / c") == ["a.b_2", "c"]


def test_a_key_that_is_part_of_another_stays_apart() -> None:
    cells = {"cost": "A1", "cost.rent": "A2", "cost.rent_all": "A3"}
    assert in_cells("cost + cost.rent + cost.rent_all", cells.__getitem__) == "A1 + A2 + A3"


def test_any_name_makes_a_key_that_formulas_take() -> None:
    for name in ('=HYPERLINK("http://x")', "<script>", "|", "1y", "Ünïcode", ""):
        assert names(key_of(name)) == [key_of(name)]
