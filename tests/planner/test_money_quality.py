"""Equal quality, classes and the months to come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_db.matrices import total_params
from models_db.quality import Score, family, lowest_scores, named, read_scores, score_of, scores, spelling
from planner.catalogs import Catalogs
from planner.cli.main import main
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.tco.answer import Hybrid, TcoAnswer
from planner.tco.apis import ApiPrice, find_price
from planner.tco.equal import compared
from planner.tco.floor import cheapest_quality
from planner.tco.request import parse_tco
from planner.tco.tco import tco
from tests.planner.test_tco import BASE, ON

SHIPPED = Coefficients.shipped()

PRICES = {
    name: ApiPrice(*name.split("/", 1), usd, None, 3 * usd, None, None, None, "2026-11-20", "test", latency)
    for name, usd, latency in (
        ("a/clever", 4.0, {"tpot_p95_s": 0.03}), ("a/plain", 0.01, {"tpot_p95_s": 0.5}),
        ("groq/qwen/qwen3-32b", 0.3, {}),
    )
}  # fmt: skip
SCORES = (Score("a/clever", "MMLU", 92.0, "5", "test"), Score("a/plain", "MMLU", 60.0, "5", "test"))


def answered(catalogs: Catalogs, **changes: Any) -> TcoAnswer:
    request, asked = parse_tco({**BASE, "tco": {"apis": list(PRICES), **changes}})
    return tco(request, asked, catalogs, SHIPPED, own_prices=PRICES, own_scores=SCORES)


def split(catalogs: Catalogs, *classes: dict[str, Any], **changes: Any) -> Hybrid:
    found = answered(catalogs, classes=list(classes), benchmark="MMLU", **changes).hybrid_by_class
    assert found is not None
    return found


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


def test_scored_models_are_in_the_catalog_they_name(catalogs: Catalogs) -> None:
    named_there = {s.catalog for s in scores() if s.catalog}
    assert named_there <= set(catalogs.models.index)
    assert len({s.catalog for s in (s for s in scores() if s.benchmark == "Arena")} - {None}) > 60


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


def test_what_a_user_states_replaces_the_box(catalogs: Catalogs) -> None:
    extra = (Score("Qwen3-32B", "Arena", 1.0, "", "mine"), Score("gpt-4o", "Arena", 2.0, "", "mine"))
    known = lowest_scores("Arena", catalogs.models, extra)
    for name, value in (("Qwen/Qwen3-32B", 1.0), ("groq/qwen/qwen3-32b", 1.0), ("openai/gpt-4o", 2.0)):
        found = score_of(name, known, catalogs.models)
        assert found is not None
        assert found.score == value


def test_the_open_peer_is_as_good_and_the_smallest(catalogs: Catalogs) -> None:
    known = lowest_scores("Arena", catalogs.models)
    row = compared("Qwen/Qwen3-32B", ["anthropic/claude-sonnet-4-5"], "Arena", catalogs.models)[0]
    assert row.api_score is not None
    as_good = [n for n, s in known.items() if n in catalogs.models.index and s.score >= row.api_score]
    assert row.open_peer in as_good
    assert row.open_peer is not None
    size = {name: total_params(catalogs.models.lookup(name).model) for name in as_good}
    assert size[row.open_peer] == min(size.values())


def test_a_quality_is_reached_by_open_and_closed_models_alike(catalogs: Catalogs) -> None:
    data = {k: v for k, v in BASE.items() if k != "model"} | {
        "quality": {"benchmark": "Arena coding", "min_score": 1530}
    }
    request, asked = parse_tco(
        {**data, "scope": {"gpus": ["H200"]}, "tco": {"commitments": ["on_demand"], "own": False}}
    )
    found = cheapest_quality(request, asked, catalogs, SHIPPED, today=ON)
    assert {way.kind for way in found.ways} == {"self-hosted", "API"}
    assert any(way.model.startswith("anthropic/claude") for way in found.ways)
    assert all(way.score >= 1530 for way in found.ways)


def test_names_with_slashes_have_prices() -> None:
    assert find_price("together/meta-llama/Llama-4-Scout-17B-16E-Instruct", ON).provider == "together"


def test_ways_to_a_quality_are_sorted_and_reach_it(catalogs: Catalogs) -> None:
    data = {k: v for k, v in BASE.items() if k != "model"} | {"quality": {"benchmark": "MMLU", "min_score": 88.0}}
    request, asked = parse_tco(
        {**data, "scope": {"gpus": ["H200"]}, "tco": {"commitments": ["on_demand"], "own": False}}
    )
    found = cheapest_quality(request, asked, catalogs, SHIPPED, own_prices=PRICES, own_scores=SCORES, today=ON)
    usd = [way.usd_per_month for way in found.ways]
    assert usd == sorted(usd)
    assert all(way.score >= 88.0 and way.score_source and way.sources for way in found.ways)
    kinds = {way.model: way.kind for way in found.ways}
    assert kinds["a/clever"] == "API"
    assert kinds["deepseek-ai/DeepSeek-R1"] == "self-hosted"
    assert found.below == ["a/plain", "groq/qwen/qwen3-32b"]
    assert "a/plain" not in kinds


def test_unknown_scores_are_named_not_guessed(catalogs: Catalogs) -> None:
    answer = answered(catalogs, apis=["groq/qwen/qwen3-32b", "a/clever"], benchmark="GSM8K")
    by_api = {row.api: row for row in answer.quality}
    assert by_api["a/clever"].api_score is None
    assert any("quality" in text for text in answer.advice)


def test_private_classes_stay_and_clever_ones_go_where_the_score_is(catalogs: Catalogs) -> None:
    easy, hard = {"name": "easy", "share": 0.8}, {"name": "hard", "share": 0.1, "min_score": 90}
    secret = {"name": "secret", "share": 0.1, "private": True}
    found = {c.name: c for c in split(catalogs, easy, hard, secret).classes}
    assert found["secret"].kind == "self-hosted"
    assert found["hard"].place == "a/clever"
    assert found["easy"].might_go_to[-1] == "a/plain"
    with pytest.raises(InputError, match=r"secret: no place may serve it.*may not leave"):
        split(catalogs, {**secret, "share": 1.0, "min_score": 99})


def test_a_latency_that_is_not_stated_does_not_hold(catalogs: Catalogs) -> None:
    wanted = {"name": "all", "share": 1.0, "within_sla": True}
    assert split(catalogs, wanted).classes[0].might_go_to[-1] == "a/clever"


def test_the_split_is_the_cheapest_assignment(catalogs: Catalogs) -> None:
    """Fewer places to choose from never cost less; one class alone costs what the cheapest place does."""
    classes = [{"name": n, "share": s} for n, s in (("x", 0.5), ("y", 0.3), ("z", 0.2))]
    free = split(catalogs, *classes)
    assert split(catalogs, *({**c, "private": True} for c in classes)).usd_per_month >= free.usd_per_month
    whole = answered(catalogs, classes=[{"name": "all", "share": 1.0}])
    assert whole.hybrid_by_class is not None
    least = min(whole.self_hosting[0].usd_per_month, whole.apis[0].usd_per_month)
    assert whole.hybrid_by_class.usd_per_month == pytest.approx(least, abs=0.02)
    apis = sum(c.api_usd_per_month or 0.0 for c in free.classes)
    assert apis + sum(free.hosting_usd_per_month.values()) == pytest.approx(free.usd_per_month, abs=0.05)


def test_months_add_up_and_a_ramp_costs_less(catalogs: Catalogs) -> None:
    flat, ramp = answered(catalogs, months=12), answered(catalogs, months=12, ramp_months=6)
    for row in flat.horizon.rows:
        assert sum(row.usd_by_month) == pytest.approx(row.usd, abs=0.1)
        if row.kind == "API":
            api = next(a for a in flat.apis if a.name == row.name)
            assert row.usd_by_month == pytest.approx([api.usd_per_month] * 12, abs=0.02)
    usd = {row.name: row.usd for row in ramp.horizon.rows}
    assert all(usd[row.name] <= row.usd + 1e-6 for row in flat.horizon.rows)
    assert ramp.horizon.requests_per_s[0] < ramp.horizon.requests_per_s[-1]
    owned = next(row for row in ramp.horizon.rows if row.name == "owned")
    assert (np.diff(owned.usd_by_month) >= -1e-6).all()


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([{"name": "a", "share": 0.5}], "add up to 0.5"),
        ([{"name": "a", "share": 0.5}, {"name": "a", "share": 0.5}], "same name"),
        ([{"name": "a", "share": 1.0, "minscore": 3}], "nearest"),
        ([{"name": "a", "share": 1.0, "min_score": 30_000}], "min_score"),
    ],
)
def test_bad_classes_are_one_line(classes: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_tco({**BASE, "tco": {"classes": classes, "benchmark": "MMLU"}})
    assert "\n" not in str(caught.value)


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


def test_own_scores_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("model,benchmark,score,shots,source\nopenai/gpt-4o,MMLU,88.7,0,own run\n")
    flags = ["--rate", "2", "--gpu", "H100", "--api", "openai/gpt-4o", "--benchmark", "MMLU", "--scores", str(path)]
    assert main(["tco", "-m", "Qwen/Qwen3-32B", *flags, "--format", "md"]) == 0
    assert "own run" in capsys.readouterr().out
    path.write_text("model,benchmark,score\nx,MMLU,3\n")
    assert main(["tco", "-m", "Qwen/Qwen3-32B", *flags]) == 2
    assert "no column 'shots'" in capsys.readouterr().err
