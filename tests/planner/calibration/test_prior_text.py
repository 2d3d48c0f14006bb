from __future__ import annotations

import tomllib

from planner.calibration.prior_text import with_widths

TEXT = """# Widths, by kind.
[term.all]
all = 0.5
[term.linear]
compute = 0.15  # measured
fixed = 1.0

# Eras of one maker.
["term era".all]
all = 0.03
["term era"."prefill start"]
all = 0.1

# Makers.
[maker.all]
all = 0.0
"""


def test_a_stated_width_changes_in_its_line_only() -> None:
    found = with_widths(TEXT, {("term", "linear", "compute"): 0.2, ("term era", "prefill start", "all"): 0.05})
    expected = TEXT.replace("compute = 0.15  # measured", "compute = 0.2  # measured").replace(
        "all = 0.1", "all = 0.05"
    )
    assert found == expected


def test_a_width_that_an_entry_lacks_is_added_to_it() -> None:
    found = with_widths(TEXT, {("term", "linear", "bandwidth"): 0.03, ("maker", "all", "fixed"): 0.2})
    expected = TEXT.replace("fixed = 1.0\n", "fixed = 1.0\nbandwidth = 0.03\n").replace("0.0\n", "0.0\nfixed = 0.2\n")
    assert found == expected.replace("1.0\nfixed = 0.2\n", "1.0\n")


def test_an_entry_that_is_missing_is_added_after_its_kind() -> None:
    found = with_widths(
        TEXT, {("term era", "state update", "fixed"): 0.05, ("term era", "state update", "compute"): 1.0}
    )
    added = '["term era"."state update"]\ncompute = 1.0\nfixed = 0.05\n'
    assert found == TEXT.replace("all = 0.1\n", f"all = 0.1\n{added}")
    assert tomllib.loads(found)["term era"]["state update"] == {"compute": 1.0, "fixed": 0.05}


def test_no_widths_are_no_change() -> None:
    assert with_widths(TEXT, {}) == TEXT
