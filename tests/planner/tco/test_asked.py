from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.plan.context import Context
from planner.tco.asked import asked_of
from planner.tco.request import TcoTerms
from tests.planner.conftest import chat_request


def test_a_price_or_a_score_that_is_none_is_named(context: Context) -> None:
    for wrong, said in (({"prices": {"x/y": 3}}, "prices"), ({"scores": [3]}, "scores")):
        asked = {"prices": None, "scores": (), "today": None, "progress": None} | wrong
        with pytest.raises(InputError, match=said):
            asked_of(chat_request(), TcoTerms(), context, **asked)  # type: ignore[arg-type]


def test_requests_beyond_the_context_are_refused_before_there_is_work(context: Context) -> None:
    request = chat_request(input_tokens={"mean": 500_000})
    with pytest.raises(InputError, match="context"):
        asked_of(request, TcoTerms(), context, prices=None, scores=(), today=None, progress=None)
