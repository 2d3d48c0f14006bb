"""Advice weighs dollars and quality, and says hybrid only where that costs less."""

from __future__ import annotations

import pytest

from planner.plan.context import Context
from planner.tco.advice import MIXED_GAIN, advice, alone, is_mixed, rival, standing
from planner.tco.answer import Api, BreakEven, Line, QualityRow, SelfHost, TcoAnswer, TrafficSplit
from planner.tco.request import TcoTerms
from tests.planner.tco.conftest import answered, scored

TERMS = TcoTerms()


def host(usd: float) -> SelfHost:
    return SelfHost(
        name="owned", description="", machines=1, lines=[Line(name="rent", usd_per_month=usd)], usd_per_month=usd,
        usd_per_million_tokens=1.0, offer_class="own", price_as_of="2026", price_age_days=None, price_flags=[],
        sources=[], inputs={}, energy=None,
    )  # fmt: skip


def api(usd: float, name: str = "a/b") -> Api:
    return Api(
        name=name, usd_per_million_input=1.0, usd_per_million_cached=None, usd_per_million_output=1.0,
        usd_per_million_batch_input=None, usd_per_million_batch_output=None, cached_share=0.0, batch_share=0.0,
        usd_per_month=usd, usd_per_million_tokens=1.0, as_of="2026", source="test",
    )  # fmt: skip


def row(mine: float | None, other: float | None, name: str = "a/b", benchmark: str = "MMLU") -> QualityRow:
    return QualityRow(
        benchmark=benchmark, model="m", model_score=mine, api=name, api_score=other, open_peer="big", sources=[]
    )


def split(share: float, usd: float) -> TrafficSplit:
    return TrafficSplit(api="a/b", self_hosted_share=share, usd_per_month=usd)


def said(home: float, away: float, mixed: TrafficSplit, rows: list[QualityRow], **terms: float) -> list[str]:
    even = BreakEven(api="a/b", tokens_per_month=None, requests_per_s=None, utilization_of_one_unit=None)
    asked = TcoTerms.model_validate(terms)
    return advice(host(home), api(away), even, mixed, 0.5, asked, 1e6, rows, [api(away)])


@pytest.mark.parametrize(
    ("home", "away", "share", "usd", "mixed"),
    [(100, 100, 0.5, 80, True), (100, 100, 0.5, 98, False), (100, 50, 0.5, 49.5, False), (100, 100, 1.0, 80, False),
     (100, 100, 0.0, 80, False)],
)  # fmt: skip
def test_hybrid_only_where_it_saves(home: float, away: float, share: float, usd: float, mixed: bool) -> None:
    assert is_mixed(host(home), api(away), split(share, usd)) is mixed
    assert said(home, away, split(share, usd), [])[0].startswith("choose hybrid") is mixed


def test_private_traffic_makes_no_hybrid_of_what_all_runs_at_home() -> None:
    """Half must stay: all at home for $100 beats half at home and half away for $99.5."""
    assert said(100, 60, split(1.0, 100.0), [], private_share=0.5)[0].startswith("choose open")
    assert said(100, 60, split(0.5, 99.5), [], private_share=0.5)[0].startswith("choose open")
    assert said(100, 60, split(0.5, 90.0), [], private_share=0.5)[0].startswith("choose hybrid")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "unknown"), ([row(None, 80)], "unknown"), ([row(80, 81)], "equal"), ([row(80, 85)], "lower"),
        ([row(85, 80)], "higher"), ([row(80, 85), row(85, 80), row(70, 80)], "lower"),
        ([row(1300, 1315, benchmark="Arena")], "equal"), ([row(1300, 1330, benchmark="Arena")], "lower"),
        ([row(80, 85, name="a/other")], "unknown"),
    ],
)  # fmt: skip
def test_a_standing_needs_more_than_a_benchmark_tells_apart(rows: list[QualityRow], expected: str) -> None:
    assert standing(rows, "a/b") == expected


def test_the_cheaper_one_of_lower_quality_is_chosen_only_where_that_is_enough() -> None:
    assert said(50, 100, split(1.0, 50), [row(80, 90)])[0].startswith("choose open where its lower score is enough")
    assert said(100, 50, split(0.0, 50), [row(90, 80)])[0].startswith("choose API where its lower score is enough")
    assert said(50, 100, split(1.0, 50), [row(90, 80)])[0].startswith("choose open: ")
    assert "no scores of both are known" in said(50, 100, split(1.0, 50), [])[0]


def test_the_rival_is_the_cheapest_that_is_as_good() -> None:
    apis = [api(10, "a/poor"), api(20, "a/good"), api(30, "a/better")]
    rows = [row(80, 60, "a/poor"), row(80, 81, "a/good"), row(80, 95, "a/better")]
    assert rival(apis, rows).name == "a/good"
    assert rival(apis, rows[:1]).name == "a/good"
    assert rival(apis[:1], rows).name == "a/poor"
    assert rival(apis, []).name == "a/poor"


def test_an_answer_compares_with_an_api_that_is_as_good(context: Context) -> None:
    answer = scored(context, benchmark="MMLU")
    assert isinstance(answer, TcoAnswer)
    assert answer.apis[0].name == "a/plain"
    assert answer.hybrid is not None
    assert answer.hybrid.api != "a/plain"
    assert any("known to score lower than the model" in text and "a/plain" in text for text in answer.advice)


def test_the_advice_of_an_answer_is_hybrid_just_where_the_split_saves(context: Context) -> None:
    answer = answered(context)
    assert answer.hybrid is not None
    usd = min(answer.self_hosting[0].usd_per_month, answer.apis[0].usd_per_month)
    saves = 0 < answer.hybrid.self_hosted_share < 1 and answer.hybrid.usd_per_month < MIXED_GAIN * usd
    assert answer.advice[0].startswith("choose hybrid") is saves


def test_on_the_premises_there_is_nothing_to_compare(context: Context) -> None:
    assert alone(host(100.0), TERMS)[0] == (
        "choose open: no API may be used on the premises; owned costs $100.00 a month"
    )
