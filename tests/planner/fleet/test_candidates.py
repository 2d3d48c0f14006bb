from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.fleet.candidates import PER_OFFER, purchases
from planner.fleet.request import parse_fleet
from planner.physics.coefficients import Coefficients
from tests.planner.fleet.conftest import BASE, CHAT, SCOPE

SHIPPED = Coefficients.shipped()


def test_purchases_are_sorted_few_an_offer_and_serve_something(catalogs: Catalogs) -> None:
    found, missing = purchases(parse_fleet(BASE), catalogs, SHIPPED)
    assert missing == {}
    assert [p.usd_per_hour for p in found] == sorted(p.usd_per_hour for p in found)
    assert all(max(p.rate_per_s) > 0 for p in found)
    sold = [(p.offer.provider, p.offer.region, p.machine, p.commitment) for p in found if p.offer]
    assert max(sold.count(key) for key in set(sold)) <= PER_OFFER * len(BASE["workloads"])


def test_spot_serves_less_by_what_is_interrupted(catalogs: Catalogs) -> None:
    data = {"workloads": [CHAT], "scope": SCOPE | {"commitments": ["spot", "on_demand"]}}
    request = parse_fleet(data)
    rates: dict[tuple[str, ...], dict[str, float]] = {}
    for p in purchases(request, catalogs, SHIPPED)[0]:
        rates.setdefault((*p.label[2:3], *p.label[4:]), {})[p.commitment] = p.rate_per_s[0]
    both = [r for r in rates.values() if len(r) == 2]
    assert both
    for each in both:
        assert each["spot"] == pytest.approx(each["on_demand"] * (1.0 - request.limits.interruption_allowance))


def test_a_workload_that_nothing_serves_has_a_reason(catalogs: Catalogs) -> None:
    found, missing = purchases(
        parse_fleet({**BASE, "workloads": [{**CHAT, "sla": {"tpot_p95_s": 1e-4}}]}), catalogs, SHIPPED
    )
    assert found == []
    assert "no design in scope meets its SLA" in missing["chat"]
