"""What a report is asked beside its workload."""

from __future__ import annotations

import pytest

from planner.document.answers import Options
from planner.errors import InputError


def test_titles_are_one_line_and_licences_a_number() -> None:
    assert Options("a\n\x1b\udcff" + "x" * 300).stated()["title"] == "a ??" + "x" * 196
    for wrong in (Options(licences_usd_per_month=float("nan")), Options(title=3)):  # type: ignore[arg-type]
        with pytest.raises(InputError):
            wrong.check()


def test_options_are_part_of_what_was_asked() -> None:
    assert Options("T", 5.0, ("L4",)).stated() == {"title": "T", "licences_usd_per_month": 5.0, "why_not": ["L4"]}
