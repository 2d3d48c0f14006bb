from __future__ import annotations

from planner.request.request import QualityFloor
from planner.tco.answer import FloorWay
from planner.tco.verdict import floor_verdict, not_reached_verdict, verdict

FLOOR = QualityFloor("MMLU", 80.0)


def way(kind: str, model: str, usd: float, breaches: tuple[str, ...] = ()) -> FloorWay:
    return FloorWay(
        model=model, kind=kind, way="on demand", score=84.5, score_source="s", usd_per_month=usd,
        usd_per_million_tokens=1.0, what="w", sources=[], breaches=list(breaches),
    )  # fmt: skip


def test_the_choice_and_where_the_volume_stands() -> None:
    assert verdict(["choose API: dear", "volume: 5 tokens are below 9", "team: few"]) == (
        "choose API: dear; 5 tokens are below 9"
    )
    assert verdict(["choose open: no API"]) == "choose open: no API"


def test_the_cheapest_of_both_kinds() -> None:
    assert floor_verdict(FLOOR, [way("API", "a/b", 72.0), way("self-hosted", "c", 4000.0)]) == (
        "cheapest way to MMLU of at least 80: a/b (scores 84.5), $72.00 a month; "
        "cheapest model to host: c hosted on demand (scores 84.5), $4,000.00 a month"
    )
    assert floor_verdict(FLOOR, [way("API", "a/b", 72.0)]).endswith("; no model to host in scope reaches it")
    late = floor_verdict(FLOOR, [way("self-hosted", "c", 9.0, ("ttft_p95_s",))])
    assert "which breaks ttft_p95_s; no API in scope reaches it" in late


def test_what_comes_nearest_to_a_score_that_nothing_reaches() -> None:
    assert not_reached_verdict(FLOOR, (79.0, "a/b")).endswith("at least 80; nearest: a/b with 79")
    assert not_reached_verdict(FLOOR, None).endswith("nothing comes near")
