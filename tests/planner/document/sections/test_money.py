"""Ways to host beside APIs."""

from __future__ import annotations

from planner.document.answers import Answers
from planner.document.record import Report
from planner.document.sections.money import chosen_prefix
from tests.planner.document.sections.finding import column


def test_all_ways_and_apis_stand_side_by_side(made: Report, small: Answers) -> None:
    assert small.tco is not None
    wanted = [h.usd_per_month for h in small.tco.self_hosting] + [a.usd_per_month for a in small.tco.apis]
    assert column(made, "money.ways.usd_per_month") == wanted


def test_the_way_of_a_plan_is_found_by_its_name(small: Answers) -> None:
    assert small.tco is not None
    assert chosen_prefix(small.tco, "owned") == "money.owned"
    assert chosen_prefix(small.tco, "spot") is None


def test_cached_tokens_have_their_price_in_the_sum(made: Report) -> None:
    sums = [f for f in made.figures() if f.key.startswith("money.api_") and f.key.endswith(".usd_per_month")]
    assert len(sums) == 2
    assert all("cached_share" in f.formula for f in sums)
