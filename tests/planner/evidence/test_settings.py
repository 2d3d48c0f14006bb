from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.evidence.settings import UNSTATED, Settings


def test_absent_and_empty_cells_are_none() -> None:
    assert Settings.of({}) == Settings.of({"rate_per_s": "", "draft_method": "", "isl": "7"}) == UNSTATED


def test_stated_cells_are_numbers() -> None:
    row = {"rate_per_s": "2.5", "prompts": "64", "prefix_hit": "1.0", "draft_tokens": "3", "accepted_tokens": "2.1"}
    told = Settings.of(row)
    assert (told.rate_per_s, told.prompts, told.prefix_hit) == (2.5, 64.0, 1.0)
    assert (told.draft_tokens, told.accepted_tokens, told.max_num_seqs) == (3.0, 2.1, None)


def test_lengths_are_fixed_only_where_both_spreads_are_stated_as_zero() -> None:
    assert Settings.of({"isl_cv": "0.0", "osl_cv": "0"}).fixed_lengths
    for row in ({}, {"isl_cv": "0.0"}, {"isl_cv": "0", "osl_cv": "0.1"}):
        assert not Settings.of(row).fixed_lengths


@pytest.mark.parametrize("word", ["", "none", "None", "off", " OFF "])
def test_words_for_no_drafts_are_no_drafts(word: str) -> None:
    assert Settings.of({"draft_method": word}).draft_method is None


def test_a_draft_method_is_told_in_small_letters() -> None:
    assert Settings.of({"draft_method": " EAGLE3 "}).draft_method == "eagle3"


@pytest.mark.parametrize(
    ("name", "value"),
    [("prefix_hit", "1.5"), ("rate_per_s", "-1"), ("prompts", "many"), ("isl_cv", "nan"), ("max_num_seqs", "inf")],
)
def test_a_wrong_cell_names_its_column(name: str, value: str) -> None:
    with pytest.raises(InputError, match=name):
        Settings.of({name: value})


@pytest.mark.parametrize(
    ("name", "text"),
    [("max_num_seqs", "0.5"), ("prompts", "0.5"), ("accepted_tokens", "0"), ("prefix_hit", "1.1"), ("osl_cv", "1e6")],
)
def test_a_setting_that_no_run_can_have_is_refused(name: str, text: str) -> None:
    with pytest.raises(InputError, match=f"{name}: .* is not between"):
        Settings.of({name: text})
