from __future__ import annotations

import pytest

from models_db.quality import Score, ScoredModel
from planner.catalogs import Catalogs
from planner.plan.scored import as_scored
from tests.planner.conftest import CHAT, chat_request

NAME = "meta-llama/Llama-3.1-8B"


def scored(catalogs: Catalogs, score: float) -> ScoredModel:
    return ScoredModel(catalogs.models.find(NAME).model, Score(NAME, "MMLU", score, "", "here", NAME), NAME)


def test_formats_may_lose_what_a_score_is_above_the_floor(catalogs: Catalogs) -> None:
    loose, tight = (as_scored(chat_request(), scored(catalogs, value), 80.0) for value in (100.0, 80.2))
    assert loose is not None
    assert tight is not None
    assert loose.quality.max_loss_pct == 1.0
    assert tight.quality.max_loss_pct == pytest.approx(100.0 * (1.0 - 80.0 / 80.2))
    assert (tight.model, tight.quality.floor) == (NAME, None)
    free = as_scored(chat_request(quality={"any_quality": True}), scored(catalogs, 100.0), 80.0)
    assert free is not None
    assert free.quality.max_loss_pct == pytest.approx(20.0)
    assert not free.quality.any_quality


def test_a_rating_is_kept_by_the_own_format_only(catalogs: Catalogs) -> None:
    found = as_scored(chat_request(), scored(catalogs, 1400.0), 1300.0)
    assert found is not None
    assert found.quality.max_loss_pct == 0.0


def test_named_formats_are_kept_where_they_reach_the_floor(catalogs: Catalogs) -> None:
    named = chat_request(scope={**CHAT.get("scope", {}), "formats": ["fp8", "mxfp4_all"]})
    found = as_scored(named, scored(catalogs, 82.0), 80.0)
    assert found is not None
    assert found.scope.formats == ("fp8",)
    assert as_scored(named, scored(catalogs, 80.0), 80.0) is None
