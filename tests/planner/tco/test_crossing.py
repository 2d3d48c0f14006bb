"""Break-even by hand: a step function of whole machines against a straight line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hardware_db.ownership import default_terms
from planner.answers import Infeasible
from planner.catalogs import Catalogs
from planner.formulas.time import HOURS_PER_MONTH, SECONDS_PER_MONTH
from planner.physics.coefficients import Coefficients
from planner.plan.context import Context
from planner.progress import Progress
from planner.tco.answer import BreakEven, TcoAnswer
from planner.tco.apis import ApiPrice
from planner.tco.hosting import ways
from planner.tco.request import TcoTerms, parse_tco
from planner.tco.tco import tco
from tests.consistency.drawn import TORTURE
from tests.planner.plan.offers import context_of, overlay

EIGHT = "meta-llama/Llama-3.1-8B-Instruct"
TOKENS = 1024 + 256
# One batch limit, so that one design serves all rates.
ONE_SIZE: dict[str, Any] = {"engine": {"max_num_seqs": 8}}
ROWS = "me,one,here,l40s,1,1.00,,cloud,1,,2026-11-01,list\n"


def asked(rate: float, **tco_changes: Any) -> dict[str, Any]:
    scope = {"gpus": ["L40S"], "providers": ["me"], "formats": ["fp8"], "kv_formats": ["fp8"]}
    money = {"apis": ["a/one"], "own": False, "commitments": ["on_demand"], **tco_changes}
    return {"model": EIGHT, "traffic": {"rate_per_s": rate}, "scope": scope, "sla": {"tpot_p95_s": 0.05}, "tco": money}


def flat(usd_per_million: float) -> ApiPrice:
    """An API of one price for all tokens."""
    return ApiPrice("a", "one", usd_per_million, None, usd_per_million, None, None, None, "2026-11-20", "test")


def answered(data: dict[str, Any], context: Context, usd_per_million: float) -> TcoAnswer:
    request, terms = parse_tco(data)
    answer = tco(request, terms, context, own_prices={"a/one": flat(usd_per_million)})
    assert not isinstance(answer, Infeasible)
    return answer


def even_of(data: dict[str, Any], context: Context, usd_per_million: float) -> BreakEven:
    return answered(data, context, usd_per_million).break_even[0]


@pytest.fixture
def one(tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients) -> Context:
    """One machine of one provider, a dollar an hour."""
    return context_of(overlay(tmp_path, ROWS), catalogs, coefficients)


@pytest.mark.parametrize("rate", [0.001, 0.1, 0.32, 1.0, 20.0] if TORTURE else [0.001, 0.32, 20.0])
def test_by_hand_at_any_volume(one: Context, rate: float) -> None:
    """(730.5 h of one machine + a quarter of an engineer) over $4 a million tokens: 1,094.1 million."""
    even = even_of(asked(rate), one, 4.0)
    staff = 0.25 * 175_000 / 12
    assert default_terms()["staff_fte_cloud"].value * default_terms()["staff_usd_per_year"].value / 12 == staff
    by_hand = (HOURS_PER_MONTH + staff) / 4.0 * 1e6
    assert by_hand == pytest.approx(1094.1e6, rel=1e-4)
    assert even.tokens_per_month == pytest.approx(by_hand, rel=1e-9)
    assert [c.cheaper_above for c in even.crossings] == ["hosting"]


class Told:
    """A progress that keeps what it is told of, by phase."""

    def __init__(self) -> None:
        self.phases: dict[str, list[tuple[int, int]]] = {}

    def __call__(self, done: int, total: int) -> None:
        raise AssertionError("told of no phase")

    def phase(self, name: str) -> Progress:
        return lambda done, total: self.phases.setdefault(name, []).append((done, total))


def test_each_volume_that_is_planned_is_told_of(one: Context) -> None:
    request, terms = parse_tco(asked(0.1))
    told = Told()
    tco(request, terms, one, own_prices={"a/one": flat(4.0)}, progress=told)
    assert told.phases["comparing ways to host"] == [(1, 1)]
    assert len(told.phases["looking for the break-even"]) > 1


@pytest.mark.parametrize("volume", [50e6, 500e6, 969e6, 2e9, 20e9] if TORTURE else [50e6, 969e6, 2e9])
def test_a_70b_against_gpt_4o_by_hand_with_the_prices_of_the_box(context: Context, volume: float) -> None:
    """$2.50 in and $10 out at 1024 and 256 tokens are $4 a million; the rent is that of the machine that is named."""
    data = {
        "model": "meta-llama/Llama-3.1-70B-Instruct",
        "traffic": {"rate_per_s": volume / TOKENS / SECONDS_PER_MONTH},
    }
    request, terms = parse_tco({**data, "tco": {"apis": ["openai/gpt-4o"], "own": False, "commitments": ["spot"]}})
    answer = tco(request, terms, context)
    assert isinstance(answer, TcoAnswer)
    (even,) = answer.break_even
    assert len(even.crossings) == 1
    machine = even.crossings[0].way
    rents = {
        offer.usd_per_hour_spot
        for offer in context.catalogs.hardware.offers
        if offer.usd_per_hour_spot and machine == f"spot, {offer.instance_type} ({offer.provider})"
    }
    by_hand = [(HOURS_PER_MONTH * rent + 0.25 * 175_000 / 12) / 4.0 * 1e6 for rent in rents]
    assert even.tokens_per_month is not None
    assert min(abs(even.tokens_per_month / tokens - 1.0) for tokens in by_hand) < 1e-9
    assert 911.5e6 < even.tokens_per_month < 1100e6
    host, api = answer.self_hosting[0].usd_per_month, answer.apis[0].usd_per_month
    assert (host < api) == (volume > even.tokens_per_month)
    side = "above" if volume > even.tokens_per_month else "below"
    assert f"are {side} the break-even of {even.tokens_per_month:,.0f}" in answer.advice[1]


def test_its_share_of_one_unit_follows_from_printed_figures_and_not_from_the_volume_asked(context: Context) -> None:
    found = []
    for rate in (0.01, 0.3, 6.0):
        data = {"model": "meta-llama/Llama-3.1-70B-Instruct", "traffic": {"rate_per_s": rate}}
        request, terms = parse_tco({**data, "tco": {"apis": ["openai/gpt-4o"], "own": False, "commitments": ["spot"]}})
        answer = tco(request, terms, context)
        assert isinstance(answer, TcoAnswer)
        found += answer.break_even
    for even in found:
        assert even.requests_per_s is not None
        assert even.requests_per_s_of_one_unit is not None
        assert even.utilization_of_one_unit == pytest.approx(even.requests_per_s / even.requests_per_s_of_one_unit)
        assert even.unit == found[0].unit
        assert even.requests_per_s_of_one_unit == pytest.approx(found[0].requests_per_s_of_one_unit, rel=1e-9)


def test_steps_of_whole_machines_are_crossings_of_their_own(
    one: Context, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    """Without staff one machine costs p and serves c: an API at 1.5 p for c crosses at 2/3 c, c, 4/3 c; from then on
    hosting is not the dearer one, as machines that share bursts serve no less each."""
    free: dict[str, Any] = {"terms": {"staff_usd_per_year": 0.0}}
    request, terms = parse_tco({**asked(0.1, **free), **ONE_SIZE})
    capacity = _capacity(request, terms, one, coefficients)
    usd_per_million = 1.5 * HOURS_PER_MONTH / (capacity * SECONDS_PER_MONTH * TOKENS) * 1e6
    for rate in (0.3 * capacity, 1.2 * capacity, 5.0 * capacity):
        answer = answered({**asked(rate, **free), **ONE_SIZE}, one, usd_per_million)
        even = answer.break_even[0]
        assert [c.cheaper_above for c in even.crossings] == ["hosting", "API", "hosting"]
        at = [c.requests_per_s / capacity for c in even.crossings]
        assert at == pytest.approx([2 / 3, 1.0, 4 / 3], rel=1e-6)
        assert even.requests_per_s == even.crossings[-1].requests_per_s
    between = answered({**asked(1.2 * capacity, **free), **ONE_SIZE}, one, usd_per_million)
    assert "and here API is cheaper" in between.advice[1]
    assert between.self_hosting[0].usd_per_month > between.apis[0].usd_per_month


def _capacity(request: Any, terms: TcoTerms, context: Context, coefficients: Coefficients) -> float:
    (way,) = ways(request, context.catalogs, coefficients, terms.commitments, (), False, default_terms())
    return way.capacity_per_s * way.unit


def test_an_api_that_is_always_cheaper_is_never_crossed(one: Context) -> None:
    answer = answered(asked(1.0), one, 1e-6)
    even = answer.break_even[0]
    assert (even.tokens_per_month, even.crossings) == (None, [])
    assert "hosting does not get cheaper than a/one" in answer.advice[1]


def test_the_break_even_of_an_api_does_not_hang_on_the_others_asked(context: Context) -> None:
    data = {"model": EIGHT, "traffic": {"rate_per_s": 1.0}, "scope": {"gpus": ["L40S", "L4"]}}
    alone, both = (
        tco(*parse_tco({**data, "tco": {"apis": list(names), "own": False}}), context)
        for names in (("openai/gpt-4o",), ("openai/gpt-4o-mini", "openai/gpt-4o"))
    )
    assert isinstance(alone, TcoAnswer)
    assert isinstance(both, TcoAnswer)
    assert alone.break_even[0] == both.break_even[1]
