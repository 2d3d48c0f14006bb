from __future__ import annotations

import pytest

from planner.calibration.own.lengths import with_spreads
from planner.measurements.run import MeasuredRun

LOOP = {"load": "closed_loop", "isl": "1024", "osl": "256"}
ALIKE = {"requests": 200.0, "input_tokens": 204800.0, "output_tokens": 51200.0}


def spreads(totals: dict[str, float], **cells: str) -> tuple[str | None, str | None]:
    found = with_spreads(LOOP | cells, MeasuredRun("a format", "", {}, totals=totals))
    return found.get("isl_cv"), found.get("osl_cv")


def test_totals_that_are_whole_means_are_of_requests_that_are_all_alike() -> None:
    assert spreads(ALIKE) == ("0", "0")
    assert spreads(ALIKE | {"output_tokens": 51217.0}) == ("0", None)


@pytest.mark.parametrize("few", [{}, {"requests": 4.0, "input_tokens": 4096.0, "output_tokens": 1024.0},
                                 {"requests": 200.0}])  # fmt: skip
def test_few_requests_and_no_totals_say_nothing(few: dict[str, float]) -> None:
    assert spreads(few) == (None, None)


def test_what_is_stated_counts_and_open_loops_are_left() -> None:
    assert spreads(ALIKE, osl_cv="0.4") == ("0", "0.4")
    assert spreads(ALIKE, load="open_loop") == (None, None)
