from __future__ import annotations

import pytest

from models_db.matrices import total_params
from models_db.quality import lowest_scores
from planner.catalogs import Catalogs
from planner.plan.context import Context
from planner.tco.equal import compared
from tests.planner.tco.conftest import scored

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")


def test_the_open_peer_is_as_good_and_the_smallest(catalogs: Catalogs) -> None:
    known = lowest_scores("Arena", catalogs.models)
    row = compared("Qwen/Qwen3-32B", ["anthropic/claude-sonnet-4-5"], "Arena", catalogs.models)[0]
    assert row.api_score is not None
    as_good = [n for n, s in known.items() if n in catalogs.models.index and s.score >= row.api_score]
    assert row.open_peer in as_good
    assert row.open_peer is not None
    size = {name: total_params(catalogs.models.lookup(name).model) for name in as_good}
    assert size[row.open_peer] == min(size.values())


def test_unknown_scores_are_named_not_guessed(context: Context) -> None:
    answer = scored(context, apis=["groq/qwen/qwen3-32b", "a/clever"], benchmark="GSM8K")
    by_api = {row.api: row for row in answer.quality}
    assert by_api["a/clever"].api_score is None
    assert any("quality" in text for text in answer.advice)
