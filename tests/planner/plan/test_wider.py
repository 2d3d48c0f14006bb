from __future__ import annotations

from pathlib import Path

import pytest

from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.plan.explore import explore
from planner.planner import Planner
from tests.planner.plan.offers import ROWS, context_of, overlay
from tests.planner.plan.test_prices import TODAY, asked


@pytest.fixture
def planner(tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients) -> Planner:
    context = context_of(overlay(tmp_path), catalogs, coefficients)
    return Planner(catalogs=context.catalogs, coefficients=coefficients)


def test_a_class_that_was_left_out_is_named_with_what_it_would_save(planner: Planner) -> None:
    answer = planner.plan(asked(), verify=False)
    assert isinstance(answer, Plan)
    found = {each.offer_class: each for each in answer.wider}
    assert set(found) == {"marketplace", "community"}
    each, usd = found["marketplace"], answer.cluster.cost.usd_per_hour
    assert (each.provider, each.price_as_of, each.instead_of_usd_per_hour) == ("bazaar", "2026-09-20", usd)
    assert each.text.startswith(f"--offer-class marketplace: ${each.usd_per_hour:,.2f} instead of ${usd:,.2f}, ")
    assert not each.simulated


def test_what_is_named_is_what_the_wider_question_is_answered_with(planner: Planner) -> None:
    """One answer to one question, with its simulation."""
    answer = planner.plan(asked())
    more = planner.plan(asked(offer_classes=["hyperscaler", "cloud", "marketplace"]))
    assert isinstance(answer, Plan)
    assert isinstance(more, Plan)
    each = next(each for each in answer.wider if each.offer_class == "marketplace")
    assert each.simulated
    assert each.usd_per_hour == more.cluster.cost.usd_per_hour
    assert "marketplace" not in {each.offer_class for each in more.wider}


def test_less_than_three_percent_is_not_worth_a_word(
    tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    """The community offer is 1.7 % cheaper than the marketplace."""
    context = context_of(overlay(tmp_path), catalogs, coefficients)
    planner = Planner(catalogs=context.catalogs, coefficients=coefficients)
    answer = planner.plan(asked(offer_classes=["marketplace"]), verify=False)
    assert isinstance(answer, Plan)
    assert answer.wider == []


def test_what_only_another_class_meets_is_named_beside_the_negative_answer(
    tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    context = context_of(overlay(tmp_path, ROWS), catalogs, coefficients)
    planner = Planner(catalogs=context.catalogs, coefficients=coefficients, today=TODAY)
    limited = asked().model_copy(update={"limits": asked().limits.model_copy(update={"max_usd_per_hour": 1.4})})
    assert isinstance(explore(limited, context).answer, Infeasible)
    answer = planner.plan(limited, verify=False)
    assert isinstance(answer, Infeasible)
    found = {each.offer_class: each for each in answer.wider}
    assert set(found) == {"marketplace", "community"}
    assert found["marketplace"].instead_of_usd_per_hour is None
    assert found["marketplace"].usd_per_hour <= 1.4


DOUBTFUL = "doubt,one,here,l40s,1,0.05,,cloud,1,low_confidence,2026-11-01,list\n"


def test_a_price_of_low_confidence_wins_only_where_it_is_asked_for(
    tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    context = context_of(overlay(tmp_path, ROWS + DOUBTFUL), catalogs, coefficients)
    planner = Planner(catalogs=context.catalogs, coefficients=coefficients, today=TODAY)
    answer = planner.plan(asked(providers=[]), verify=False)
    assert isinstance(answer, Plan)
    assert "low_confidence" not in answer.cluster.machine.price_flags
    each = next(each for each in answer.wider if each.asked_by == "--low-confidence")
    assert (each.provider, each.offer_class) == ("doubt", "cloud")
    assert each.text.startswith("--low-confidence: $")
    for scope in ({"providers": [], "low_confidence": True}, {"providers": ["doubt"]}):
        more = planner.plan(asked(**scope), verify=False)
        assert isinstance(more, Plan)
        assert more.cluster.cost.usd_per_hour == each.usd_per_hour
        assert any("low confidence" in text for text in more.warnings)


def test_a_scope_of_doubtful_prices_only_says_how_to_take_them(
    tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    context = context_of(overlay(tmp_path, DOUBTFUL.replace("here", "nowhere")), catalogs, coefficients)
    with pytest.raises(InputError, match=r"of good confidence; --low-confidence \(scope.low_confidence\) takes others"):
        explore(asked(providers=[], regions=["nowhere"]), context)
