from __future__ import annotations

from models_db.quality import lowest_scores, score_of, spelling
from planner.catalogs import Catalogs


def test_ratings_of_closed_models_are_in_the_box(catalogs: Catalogs) -> None:
    """Every API that the article and the issue of its time name has a rating, under each of its spellings."""
    known = lowest_scores("Arena", catalogs.models)
    for name in (
        "openai/gpt-4", "openai/gpt-4o", "openai/gpt-4.1", "openai/gpt-5", "openai/gpt-5.5", "google/gemini-1.5-pro",
        "google/gemini-pro-1.5", "google/gemini-2.5-pro", "google/gemini-3-pro-preview", "google/claude-3-5-sonnet",
        "anthropic/claude-3-5-sonnet", "anthropic/claude-opus-4-0", "anthropic/claude-haiku-4-5",
        "groq/openai/gpt-oss-120b", "groq/qwen/qwen3-32b",
    ):  # fmt: skip
        score = score_of(name, known, catalogs.models)
        assert score is not None, name
        assert 1000 < score.score < 1700
        assert "2026-10-20" in score.source
        assert "±" in score.shots


def test_a_rating_is_of_that_very_model(catalogs: Catalogs) -> None:
    known = lowest_scores("Arena", catalogs.models)
    assert score_of("mistral/mistral-medium-latest", known, catalogs.models) is None
    assert score_of("openai/gpt-5-pro", known, catalogs.models) is None
    assert spelling("zai/glm-4.5") != spelling("zai/glm-5.4")
    assert spelling("google/gemini-flash-1.5-8b") == spelling("gemini-1.5-flash-8b")
