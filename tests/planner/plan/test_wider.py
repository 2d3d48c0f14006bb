from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.answers import Infeasible, Plan
from planner.catalogs import Catalogs
from planner.defaults import WIDER_SAVING_SHARE
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.plan.explore import explore
from planner.plan.priced import PricedPlan
from planner.plan.wider import _in, _Known, _left_out, wider
from planner.planner import Planner
from planner.request.reading import parse_request
from planner.request.request import Request
from tests.consistency.drawn import few, questions
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


def least_usd(request: Request, context: Context) -> float:
    """Dollars (USD) an hour of the cheapest candidate of all offers in scope; infinite where there is none."""
    try:
        found = explore(request, context, best=1, front=False).found
    except InputError:
        return np.inf
    return float(found.usd_per_hour[found.feasible].min(initial=np.inf)) if found is not None else np.inf


@few(8, 300)
@given(
    data=questions(), gpus=st.lists(st.sampled_from(["L40S", "H100", "B200", "RTX 4090", "L4"]), max_size=3),
    classes=st.sampled_from([["hyperscaler", "cloud"], ["hyperscaler"], ["marketplace"], ["cloud", "community"]]),
)  # fmt: skip
def test_the_offers_that_a_class_adds_tell_whether_it_may_save_something(
    context: Context, data: dict[str, Any], gpus: list[str], classes: list[str]
) -> None:
    """As all offers of the wider scope together do."""
    request = parse_request({**data, "scope": {"gpus": gpus, "offer_classes": classes}})
    usd = least_usd(request, context)
    known = _Known.of(request, context, None) if np.isfinite(usd) else None
    for _, scope in _left_out(request.scope) if known is not None else []:
        assert known is not None
        more = _in(request, scope)
        assert known.cheaper_with(more, context) == (least_usd(more, context) < (1.0 - WIDER_SAVING_SHARE) * usd)


def test_what_an_answer_costs_once_simulated_is_what_others_are_held_against(
    catalogs: Catalogs, coefficients: Coefficients
) -> None:
    """The closed form has a cheaper plan than the one that holds: offers between the two save something."""
    data = {
        "model": "Qwen/Qwen3-32B", "traffic": {"rate_per_s": 1.0, "cv": 2.0}, "input_tokens": {"mean": 6000},
        "output_tokens": {"mean": 800}, "sla": {"ttft_p95_s": 2.0}, "scope": {"as_of": "2026-11-30"},
    }  # fmt: skip
    request, context = parse_request(data), Context(catalogs, coefficients)
    explored = explore(request, context)
    known = _Known.of(request, context, explored)
    assert known is not None
    dearer = _Known.of(request, context, explored, 2.0 * known.usd)
    assert dearer is not None
    assert dearer.usd == 2.0 * known.usd
    others = [_in(request, scope) for _, scope in _left_out(request.scope)]
    assert [dearer.cheaper_with(other, context) for other in others].count(True) > 0
    assert all(dearer.cheaper_with(other, context) for other in others if known.cheaper_with(other, context))


@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("offer_class", ["cloud", "marketplace"])
def test_what_was_not_simulated_within_the_scope_saves_nothing(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, simulated: bool, offer_class: str
) -> None:
    """Where the steps run out the closed form answers a wider question: with the design that broke in the asked one."""
    request = planner.dated(asked())
    answer = planner.plan(request, verify=False)
    assert isinstance(answer, Plan)
    machine = answer.cluster.machine.model_copy(update={"offer_class": offer_class})
    cheap = PricedPlan(0.5 * answer.cluster.cost.usd_per_hour, machine, "bf16", "bf16", simulated=simulated)
    monkeypatch.setattr("planner.plan.wider.cheaper", lambda *_, **__: cheap)
    found = wider(answer.cluster, request, planner.__dict__["_context"])
    assert bool(found) == (simulated or offer_class == "marketplace")
