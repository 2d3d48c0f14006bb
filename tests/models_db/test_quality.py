"""Equal quality, classes and the months to come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_db.quality import Score, family, lowest_scores, models_with_score, named, read_scores, score_of, scores
from planner.catalogs import Catalogs
from planner.errors import InputError


def test_a_benchmark_is_found_however_it_was_run() -> None:
    assert family("GPQA-Diamond (Pass@1)") == family("GPQA Diamond (CoT)") == family(" gpqa_diamond ")
    assert family("MMLU (5-shot, macro_avg/acc)") == "mmlu" != family("MMLU-Pro")


def test_splits_without_a_name_do_not_count(catalogs: Catalogs) -> None:
    """Llama 3.1's card has MMLU in eight languages under one name."""
    names = [(s.model, s.benchmark, s.source) for s in scores()]
    values = {(s.model, s.benchmark, s.source, s.score) for s in scores()}
    assert len(set(names)) == len(values)
    assert lowest_scores("MMLU", catalogs.models)["meta-llama/Llama-3.1-70B"].score == pytest.approx(83.6)


def test_only_the_same_model_lends_its_score(catalogs: Catalogs) -> None:
    assert named("groq/qwen/qwen3-32b", catalogs.models) == "Qwen/Qwen3-32B"
    assert named("together/meta-llama/Llama-4-Scout-17B-16E-Instruct", catalogs.models) is not None
    assert named("together/lmsys/vicuna-13b-v1.5", catalogs.models) is None
    assert named("openai/gpt-4o", catalogs.models) is None


def test_a_checkpoint_of_another_date_or_kind_keeps_its_score_to_itself(catalogs: Catalogs) -> None:
    found = {entry.checkpoint: entry for entry in models_with_score("MMLU", 80.0, catalogs.models)}
    thinking = found["Qwen3-30B-A3B-Thinking-2507"]
    assert thinking.model.id == "Qwen/Qwen3-30B-A3B"
    assert thinking.score.thinks
    assert not thinking.score.within_reach(300.0)
    assert thinking.score.within_reach(5000.0)
    assert "Qwen/Qwen3-30B-A3B" not in found or found["Qwen/Qwen3-30B-A3B"].score.score < thinking.score.score
    assert lowest_scores("MMLU", catalogs.models)["meta-llama/Llama-3.1-70B"].of_record == "meta-llama/Llama-3.1-70B"
    assert not Score("Qwen3-235B-A22B (non-thinking)", "MMLU", 87.0, "", "x").thinks


def test_scored_models_are_in_the_catalog_they_name(catalogs: Catalogs) -> None:
    named_there = {s.catalog for s in scores() if s.catalog}
    assert named_there <= set(catalogs.models.index)
    assert len({s.catalog for s in (s for s in scores() if s.benchmark == "Arena")} - {None}) > 60


def test_what_a_user_states_replaces_the_box(catalogs: Catalogs) -> None:
    extra = (Score("Qwen3-32B", "Arena", 1.0, "", "mine"), Score("gpt-4o", "Arena", 2.0, "", "mine"))
    known = lowest_scores("Arena", catalogs.models, extra)
    for name, value in (("Qwen/Qwen3-32B", 1.0), ("groq/qwen/qwen3-32b", 1.0), ("openai/gpt-4o", 2.0)):
        found = score_of(name, known, catalogs.models)
        assert found is not None
        assert found.score == value


@given(st.binary(max_size=200))
def test_any_bytes_as_scores_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("scores") / "s.csv"
    path.write_bytes(content)
    lines: list[str] = []
    try:
        assert all(0 <= s.score <= 10_000 for s in read_scores(path))
    except InputError as error:
        lines = str(error).splitlines()
    assert len(lines) <= 1
