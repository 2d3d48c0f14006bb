"""Exclusions."""

from __future__ import annotations

from planner.document.sections.exclusions import EXCLUDED, exclusions
from planner.document.sources import Cited


def test_what_was_taken_for_granted_stands_beside_what_is_left_out() -> None:
    blocks = exclusions(["x"], Cited()).blocks
    assert [block.key for block in blocks] == ["exclusions.all", "exclusions.assumed"]
    assert len(exclusions([], Cited()).blocks) == 1
    assert any("tax" in text for text in EXCLUDED)
