"""Scale to zero: cheap for thin traffic, listed with what its starts break, and redone from what is printed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from models_db.formats import formats
from models_db.stored import stored_bytes
from planner.plan.context import Context
from planner.tco.answer import SelfHost, TcoAnswer
from planner.tco.request import parse_tco
from planner.tco.tco import tco
from tests.planner.tco.conftest import BASE, PRICES

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines")

NAME = "on demand, scale to zero"
THIN = 1 / 900.0


def answered(context: Context, rate: float, sla: dict[str, float], **changes: Any) -> TcoAnswer:
    data = {**BASE, "traffic": {"rate_per_s": rate}, "sla": sla, "tco": {**BASE["tco"], "own": False, **changes}}
    answer = tco(*parse_tco(data), context, own_prices=PRICES)
    assert isinstance(answer, TcoAnswer)
    return answer


def row(answer: TcoAnswer, name: str = NAME) -> SelfHost | None:
    return next((s for s in answer.self_hosting if s.name == name), None)


def test_thin_traffic_without_a_limit_on_first_tokens_is_cheapest_when_stopped(context: Context) -> None:
    answer = answered(context, THIN, {"tpot_p95_s": 0.08})
    found, always = row(answer), row(answer, "on demand")
    assert found is not None
    assert always is not None
    assert found.breaches == []
    assert answer.self_hosting[0].usd_per_month <= found.usd_per_month < always.usd_per_month
    assert found.cold_start is not None
    assert 0.2 < found.cold_start.on_share < 0.5
    assert found.cold_start.first_token_s > found.cold_start.start_s > found.cold_start.read_s


def test_its_dollars_are_redone_from_what_is_printed(context: Context) -> None:
    found = row(answered(context, THIN, {}))
    assert found is not None
    x = found.inputs
    start = x["machine_start_s"] + x["weights_gb"] / x["weights_read_gb_s"] + x["engine_start_s"]
    assert x["start_s"] == pytest.approx(start)
    hold = max(x["answer_s"] + x["idle_timeout_s"], x["minimum_billing_s"] - start)
    rate = x["requests_per_s"]
    on = 1 - 1 / (rate * start + math.exp(rate * hold))
    assert x["on_share"] == pytest.approx(on)
    lines = {
        "rent": x["machines"] * x["usd_per_hour_of_one_machine"] * x["hours_per_month"] * on,
        "disk": x["machines"] * x["weights_gb"] * x["disk_usd_per_gb_month"],
        "staff": x["staff_fte_cloud"] * x["staff_usd_per_year"] / 12,
    }
    assert {line.name: line.usd_per_month for line in found.lines} == pytest.approx(lines, abs=0.00501)
    assert found.usd_per_month == pytest.approx(sum(line.usd_per_month for line in found.lines))


def test_what_starts_break_is_said_and_it_is_not_chosen(context: Context) -> None:
    answer = answered(context, THIN, {"ttft_p95_s": 2.0, "tpot_p95_s": 0.08}, apis=["a/dear"], private_share=1.0)
    found = row(answer)
    assert found is not None
    assert len(found.breaches) == 1
    assert found.breaches[0].startswith("ttft_p95_s: with its starts")
    assert answer.self_hosting[0] == found
    assert all(found.name not in text for text in answer.advice)


@pytest.mark.parametrize(
    ("sla", "kept"),
    [({"ttft_p95_s": 3000.0}, True), ({"ttft_mean_s": 1000.0}, True), ({"ttft_mean_s": 5.0}, False),
     ({"e2e_p99_s": 60.0}, False)],
)  # fmt: skip
def test_a_limit_that_starts_keep_is_no_breach(context: Context, sla: dict[str, float], kept: bool) -> None:
    found = row(answered(context, THIN, sla))
    assert found is not None
    assert (found.breaches == []) is kept


def test_a_longer_minimum_bill_or_timeout_is_never_cheaper_and_a_faster_disk_starts_sooner(context: Context) -> None:
    base, billed, slow, fast = (
        row(answered(context, THIN, {}, terms=terms))
        for terms in ({}, {"minimum_billing_s": 3600.0}, {"idle_timeout_s": 1200.0}, {"weights_read_gb_s": 5.0})
    )
    assert base is not None
    assert base.cold_start is not None
    for other in (billed, slow):
        assert other is not None
        assert other.usd_per_month > base.usd_per_month
    assert fast is not None
    assert fast.cold_start is not None
    assert fast.cold_start.read_s == pytest.approx(base.cold_start.read_s / 5)


def test_the_weights_that_are_read_are_those_of_the_format(context: Context) -> None:
    found = row(answered(context, THIN, {}))
    assert found is not None
    assert found.cold_start is not None
    model = context.catalogs.models.find(str(BASE["model"])).model

    sizes = {round(stored_bytes(model, fmt) / 1e9, 6) for fmt in formats().values()}
    assert round(found.cold_start.weights_gb, 6) in sizes


def test_busy_traffic_has_no_such_way(context: Context) -> None:
    assert row(answered(context, 5.0, {})) is None
    assert row(answered(context, THIN, {}, commitments=["1y_reserved"])) is None


def test_one_replica_that_is_stopped_has_no_spare(context: Context) -> None:
    request, asked = parse_tco({**BASE, "traffic": {"rate_per_s": THIN}, "limits": {"spare_replicas": 1}})
    answer = tco(request, asked, context, own_prices=PRICES)
    assert isinstance(answer, TcoAnswer)
    assert row(answer) is None
    assert row(answer, "on demand") is not None
