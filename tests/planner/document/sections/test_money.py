"""Ways to host beside APIs."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.record import Report, TextBlock
from planner.document.sections.money import money
from planner.document.sources import Cited
from tests.planner.document.sections.finding import column


def test_all_ways_and_apis_stand_side_by_side(made: Report, small: Answers) -> None:
    assert small.tco is not None
    wanted = [h.usd_per_month for h in small.tco.self_hosting] + [a.usd_per_month for a in small.tco.apis]
    assert column(made, "money.ways.usd_per_month") == wanted


def test_the_advice_stands_first(small: Answers) -> None:
    assert small.tco is not None
    first = money(small, small.tco, Cited()).blocks[0]
    assert isinstance(first, TextBlock)
    assert first.items == small.tco.advice


def test_cached_tokens_have_their_price_in_the_sum(made: Report) -> None:
    sums = [f for f in made.figures() if f.key.startswith("money.api_") and f.key.endswith(".usd_per_month")]
    assert len(sums) == 2
    assert all("cached_share" in f.formula for f in sums)
