from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.plan.lengths import DIRECTIONS, as_served, with_lengths_that_fit
from planner.request.reading import parse_request
from planner.request.request import Request

ASKED = {"model": "Qwen/Qwen3-8B", "traffic": {"rate_per_s": 1}}


def fitted(catalogs: Catalogs, **changes: object) -> Request:
    return with_lengths_that_fit(parse_request(ASKED | changes), catalogs)


def test_assumed_lengths_shrink_to_the_context_in_their_proportion(catalogs: Catalogs) -> None:
    found = fitted(catalogs, engine={"max_model_len": 1000})
    assert (found.input_tokens.average, found.output_tokens.average) == (400, 100)
    assert not set(DIRECTIONS) & found.model_fields_set
    assert with_lengths_that_fit(found, catalogs) == found


@pytest.mark.parametrize("changes", [{}, {"engine": {"max_model_len": 32768}}])
def test_lengths_that_fit_stay(catalogs: Catalogs, changes: dict[str, object]) -> None:
    asked = parse_request(ASKED | changes)
    assert with_lengths_that_fit(asked, catalogs) is asked


def test_what_is_stated_stays_and_the_rest_takes_what_is_left(catalogs: Catalogs) -> None:
    found = fitted(catalogs, engine={"max_model_len": 1000}, input_tokens={"mean": 900, "cv": 0})
    assert (found.input_tokens.average, found.output_tokens.average) == (900, 100)
    stated = fitted(catalogs, engine={"max_model_len": 1000}, input_tokens={"mean": 2000})
    assert (stated.input_tokens.average, stated.output_tokens.average) == (2000, 256)


def test_the_context_of_the_model_counts_too(catalogs: Catalogs) -> None:
    request = parse_request(ASKED | {"model": "BAAI/bge-large-en-v1.5"})
    found = as_served(request, catalogs)
    assert found.mean_tokens <= 512
    assert found.output_tokens.average == 1
