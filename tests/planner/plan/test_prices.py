from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from planner.answers import Cluster, Plan
from planner.catalogs import Catalogs
from planner.defaults import OLD_PRICE_DAYS, STOCK
from planner.physics.coefficients import Coefficients
from planner.plan.explore import explore
from planner.plan.prices import price_warnings
from planner.request.request import Request, Scope
from tests.planner.conftest import chat_request
from tests.planner.plan.offers import PROVIDERS, context_of, overlay

TODAY = date(2026, 11, 28)


def asked(**scope: Any) -> Request:
    return chat_request(
        model="meta-llama/Llama-3.1-8B-Instruct",
        scope={"gpus": ["L40S"], "providers": PROVIDERS, "as_of": TODAY, "formats": ["fp8"]} | scope,
    )


@pytest.fixture
def cluster(tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients) -> Cluster:
    answer = explore(asked(), context_of(overlay(tmp_path), catalogs, coefficients)).answer
    assert isinstance(answer, Plan)
    return answer.cluster


def test_the_age_class_and_flags_of_the_price_stand_in_the_answer(cluster: Cluster) -> None:
    m = cluster.machine
    assert (m.provider, m.offer_class, m.price_age_days, m.price_flags) == ("small", "cloud", 272, ["derived"])
    assert m.price_text == "2026-03-01, 272 days old, cloud, derived"


def test_an_old_price_and_a_flag_are_warned_of(cluster: Cluster) -> None:
    old, flagged = price_warnings(cluster, asked().scope)
    assert old.startswith("the price is 272 days old (2026-03-01)")
    assert flagged.startswith("the price is marked derived")


@pytest.mark.parametrize(("age", "warned"), [(OLD_PRICE_DAYS, False), (OLD_PRICE_DAYS + 1, True), (None, False)])
def test_a_price_is_old_after_half_a_year(cluster: Cluster, age: int | None, warned: bool) -> None:
    machine = cluster.machine.model_copy(update={"price_age_days": age, "price_flags": []})
    dated = cluster.model_copy(update={"machine": machine})
    assert bool(price_warnings(dated, Scope())) == warned
    assert not price_warnings(dated, Scope(max_price_age_days=400, as_of=TODAY))


@pytest.mark.parametrize("name", sorted(STOCK))
def test_many_machines_of_one_shape_are_doubtful(cluster: Cluster, name: str) -> None:
    machine = cluster.machine.model_copy(update={"price_age_days": 1, "price_flags": [], "offer_class": name})
    for gpus, warned in ((STOCK[name], False), (STOCK[name] + 1, True)):
        many = cluster.model_copy(update={"machine": machine, "gpus": gpus})
        assert [f"class {name}" in text for text in price_warnings(many, Scope())] == [True] * warned
    mine = machine.model_copy(update={"offer_class": "own"})
    assert not price_warnings(cluster.model_copy(update={"machine": mine, "gpus": 5000}), Scope())


def test_no_price_older_than_asked_is_taken(tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients) -> None:
    context = context_of(overlay(tmp_path), catalogs, coefficients)
    answer = explore(asked(max_price_age_days=100), context).answer
    assert isinstance(answer, Plan)
    assert (answer.cluster.machine.provider, answer.warnings) == ("big", [])
    later = explore(asked(max_price_age_days=100, as_of="2026-06-01"), context).answer
    assert isinstance(later, Plan)
    assert later.cluster.machine.provider == "small"


def test_a_capacity_block_is_a_commitment_of_its_own(
    tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    answer = explore(asked(commitment="capacity_block"), context_of(overlay(tmp_path), catalogs, coefficients)).answer
    assert isinstance(answer, Plan)
    m = answer.cluster.machine
    assert (m.provider, m.commitment, m.usd_per_hour_each) == ("big", "capacity_block", 1.2)


def test_a_price_later_than_the_day_asked_about_is_no_fresh_one(
    tmp_path: Path, catalogs: Catalogs, coefficients: Coefficients
) -> None:
    """Once it was 0 days old."""
    context = context_of(overlay(tmp_path), catalogs, coefficients)
    found = explore(asked(as_of="2020-01-01"), context).answer
    assert isinstance(found, Plan)
    machine = found.cluster.machine
    assert machine.price_age_days is not None
    assert machine.price_age_days < 0
    assert "days later than asked about" in machine.price_text
    assert [text for text in found.warnings if "--as-of" in text] == [
        f"the price is of {machine.price_as_of}, later than the day that ages count to (--as-of, scope.as_of): "
        "what it was on that day is not known"
    ]
