"""Versions, builds and days in their order."""

from __future__ import annotations

from planner.physics.versions import reached, version_key


def test_numbers_compare_by_their_parts_and_what_has_none_is_newest() -> None:
    assert version_key("0.10.1rc2") > version_key("0.9.2")
    assert version_key("main") > version_key("9.9")
    assert version_key("b6325") == version_key("6325") == (6325,)


def test_a_change_is_reached_by_its_version_or_its_day() -> None:
    assert reached("0.10.2", "0.10.2", "2025-09-13")
    assert not reached("0.10.1", "0.10.2", "2025-09-13")
    assert reached("2025-10-01", "0.10.2", "2025-09-13")
    assert not reached("2025-09", "0.10.2", "2025-09-13")
