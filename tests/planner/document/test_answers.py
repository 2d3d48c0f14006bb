"""What a report is asked beside its workload."""

from __future__ import annotations

from planner.document.answers import Options


def test_options_are_part_of_what_was_asked() -> None:
    assert Options("T", 5.0, ("L4",)).stated() == {"title": "T", "licences_usd_per_month": 5.0, "why_not": ["L4"]}
